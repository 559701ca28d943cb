// The elements that are always there: launcher, panel, composer and what covers the conversation.

import { el, icon } from "./dom.js";
import { company, locale, messageMaxCharacters, phrase } from "./phrases.js";
import { root } from "./root.js";
import { trusted } from "./trusted.js";

const hidden = (words) => el("span", { className: "hidden-words" }, words);
const iconButton = (name, words, { id = "", attributes = {}, hidden: isHidden = false } = {}) =>
  el("button", { type: "button", className: "icon-button", id, title: words, hidden: isHidden, attributes }, icon(name), hidden(words));

const header = () =>
  el(
    "header",
    { className: "bar" },
    iconButton("back", phrase("back"), { id: "back", hidden: true }),
    el(
      "div",
      { className: "brand" },
      mark(),
      el(
        "div",
        { className: "brand-words" },
        el("h2", { className: "brand-name", id: "window-title", tabIndex: -1 }, company),
        el("p", { className: "brand-role", id: "window-role" }, phrase("assistant")),
      ),
    ),
    el(
      "div",
      { className: "bar-actions" },
      iconButton("new", phrase("new_conversation"), { id: "new-conversation", hidden: true }),
      iconButton("close", phrase("close_chat"), { id: "close-window" }),
    ),
  );

const welcome = () =>
  el(
    "section",
    { className: "welcome", id: "welcome" },
    el("h3", { className: "welcome-title" }, phrase("welcome")),
    el("p", {}, phrase("introduction")),
    el("div", { id: "home" }),
  );

const scroller = () =>
  el(
    "div",
    { className: "scroller", id: "scroller", tabIndex: -1 },
    el(
      "div",
      { className: "column" },
      welcome(),
      el("div", { className: "skeleton", id: "skeleton", hidden: true, attributes: { "aria-hidden": "true" } }, el("i"), el("i"), el("i")),
      el("div", { id: "log-place" }),
    ),
  );

const composer = () =>
  el(
    "form",
    { className: "composer column", id: "composer", autocomplete: "off" },
    el("button", { type: "button", className: "jump", id: "jump", hidden: true }, icon("jump"), phrase("new_answer")),
    el("p", { className: "composer-problem", id: "composer-problem", attributes: { role: "alert" } }),
    el("p", { className: "composer-problem", id: "files-problem", attributes: { role: "alert" } }),
    el("ul", { className: "files", id: "files", hidden: true, attributes: { "aria-label": phrase("files") } }),
    el("p", { className: "files-hint", id: "files-hint", hidden: true }, phrase("files_hint")),
    el("input", { type: "file", id: "file-input", multiple: true, hidden: true }),
    el(
      "div",
      { className: "composer-box" },
      iconButton("clip", phrase("attach"), { id: "attach" }),
      el("label", { className: "hidden-words", htmlFor: "question" }, phrase("your_message")),
      el("textarea", {
        id: "question",
        rows: 1,
        dir: "auto",
        placeholder: phrase("ask_question"),
        enterKeyHint: "send",
        attributes: { "aria-describedby": "composer-hint question-counter" },
      }),
      el("button", { type: "submit", className: "send", id: "send", disabled: true }, icon("send"), hidden(phrase("send_message"))),
    ),
    el(
      "div",
      { className: "composer-foot" },
      el(
        "button",
        { type: "button", className: "person-button", id: "talk-to-person", attributes: { "aria-haspopup": "dialog" } },
        icon("person"),
        phrase("talk_to_person"),
      ),
      el("p", { className: "hint", id: "composer-hint" }, phrase("ai_can_be_wrong")),
      el("p", { className: "counter", id: "question-counter", hidden: true }),
    ),
  );

const sourcePanel = () =>
  el(
    "dialog",
    { className: "panel", id: "source-panel", attributes: { "aria-labelledby": "source-title" } },
    el(
      "header",
      { className: "panel-head" },
      el(
        "div",
        { className: "panel-titles" },
        el("p", { className: "crumbs", id: "source-path" }),
        el("h3", { className: "panel-title", id: "source-title", tabIndex: -1 }, phrase("source")),
        el("p", { className: "source-facts", id: "source-facts" }),
      ),
      iconButton("close", phrase("close_source"), { attributes: { "data-close": "" } }),
    ),
    el("div", { className: "panel-body", id: "source-body", tabIndex: 0, attributes: { role: "region", "aria-label": phrase("article_text") } }),
  );

const field = (words, input, ...more) => el("label", { className: "field" }, el("span", {}, ...words), input, ...more);

const personDialog = () =>
  el(
    "dialog",
    { className: "dialog", id: "person-dialog", attributes: { "aria-labelledby": "person-title" } },
    el(
      "form",
      { className: "dialog-form", id: "person-form", noValidate: true },
      el(
        "header",
        { className: "dialog-head" },
        el("h3", { id: "person-title" }, phrase("talk_to_person")),
        iconButton("close", phrase("close"), { attributes: { "data-close": "" } }),
      ),
      el("p", { className: "muted" }, phrase("person_intro")),
      field([phrase("your_name")], el("input", { type: "text", name: "name", maxLength: 100, autocomplete: "name", dir: "auto" })),
      field(
        [phrase("contact")],
        el("input", { type: "text", name: "contact", maxLength: 200, autocomplete: "email", required: true, dir: "auto", attributes: { "aria-describedby": "contact-problem" } }),
        el("span", { className: "field-problem", id: "contact-problem", attributes: { role: "alert" } }),
      ),
      field(
        [phrase("note"), " ", el("span", { className: "muted" }, phrase("optional"))],
        el("textarea", { name: "note", rows: 3, maxLength: Math.min(2000, messageMaxCharacters), dir: "auto" }),
      ),
      el("p", { className: "field-problem", id: "person-problem", attributes: { role: "alert" } }),
      el(
        "footer",
        { className: "dialog-foot" },
        el("button", { type: "button", className: "button", attributes: { "data-close": "" } }, phrase("cancel")),
        el("button", { type: "submit", className: "button primary" }, phrase("ask_for_person")),
      ),
    ),
  );

const launcher = () =>
  el(
    "button",
    { type: "button", className: "launcher", id: "launcher", attributes: { "aria-haspopup": "dialog", "aria-expanded": "false", "aria-controls": "window" } },
    icon("chat"),
    icon("fold"),
    el("span", { className: "badge", id: "badge", hidden: true, attributes: { "aria-hidden": "true" } }),
  );

function mark() {
  const svg = icon("mark");
  svg.setAttribute("class", "brand-mark");
  return svg;
}

function sprite() {
  const parsed = new DOMParser().parseFromString(trusted(page.icons), "image/svg+xml");
  return document.importNode(parsed.documentElement, true);
}

// Above the panel's own direction stands the page's: it says on which side "end" is.
const { position = "end", theme = "auto", direction = "ltr" } = page.options;
export const frame = el(
  "div",
  { className: "root", lang: locale, attributes: { "data-position": position, "data-theme": theme } },
  sprite(),
  el(
    "div",
    { className: "corner" },
    el(
      "section",
      {
        className: "window",
        id: "window",
        hidden: true,
        dir: direction,
        attributes: { role: "dialog", "aria-labelledby": "window-title", "aria-describedby": "window-role" },
      },
      header(),
      el("div", { className: "banner", id: "banner", hidden: true, attributes: { role: "status" } }),
      scroller(),
      composer(),
      sourcePanel(),
      personDialog(),
    ),
    launcher(),
  ),
  el("p", { className: "hidden-words", id: "news", attributes: { role: "status" } }),
);
root.append(frame);
