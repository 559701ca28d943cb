// What the panel shows before a question: suggested ones, and the conversations there are already.

import { hasToken, listConversations } from "./api.js";
import { button, el, icon } from "./dom.js";
import { phrase, suggestions } from "./phrases.js";
import { root } from "./root.js";
import { timeElement } from "./times.js";
import { unreadMark } from "./unread.js";

const FEW = 3;
const place = root.getElementById("home");

let shows = 0;

export function showHome({ onAsk, onOpen }) {
  const number = (shows += 1);
  const list = el("div", { className: "earlier" });
  place.replaceChildren(...(suggestions.length ? [suggested(onAsk)] : []), list);
  if (hasToken()) showConversations(list, onOpen, () => number === shows);
}

function suggested(onAsk) {
  const rows = suggestions.map((question) =>
    el("li", {}, el("button", { type: "button", attributes: { "data-suggestion": "" }, on: { click: () => onAsk(question) } }, question, icon("chevron"))),
  );
  return el(
    "section",
    {},
    el("h4", { className: "eyebrow", id: "suggestions-title" }, phrase("often_asked")),
    el("ul", { className: "suggestions", attributes: { "aria-labelledby": "suggestions-title" } }, ...rows),
  );
}

async function showConversations(list, onOpen, isShown) {
  try {
    const { results } = await listConversations();
    const begun = results.filter((conversation) => conversation.title || conversation.status === "waiting_for_person");
    if (!isShown() || !begun.length) return;
    const rows = begun.map((conversation) => row(conversation, onOpen));
    const items = el("ul", { className: "history", attributes: { "aria-labelledby": "earlier-title" } }, ...rows.slice(0, FEW));
    list.append(el("h4", { className: "eyebrow", id: "earlier-title" }, phrase("your_conversations")), items);
    if (rows.length > FEW) list.append(moreButton(items, rows.slice(FEW)));
  } catch {
    if (isShown()) list.append(el("p", { className: "note danger" }, icon("alert"), phrase("list_failed")));
  }
}

function moreButton(items, rows) {
  const more = button(phrase("show_more"), {
    className: "link-button",
    onClick: () => {
      items.append(...rows);
      more.remove();
      rows[0].querySelector("button").focus();
    },
  });
  return more;
}

function row(conversation, onOpen) {
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", className: "history-row", on: { click: () => onOpen(conversation.id) } },
      el("span", { className: "history-title", dir: "auto" }, conversation.title || phrase("untitled")),
      el(
        "span",
        { className: "history-facts" },
        timeElement(conversation.updated_at),
        conversation.status === "waiting_for_person" ? ` · ${phrase("waiting_for_person")}` : "",
      ),
      unreadMark(conversation),
    ),
  );
}
