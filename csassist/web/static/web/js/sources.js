// The panel that shows an answer's source: the article's section with the quoted passage marked and in view.

import { readCitation } from "./api.js";
import { openDialog, prepareDialog } from "./dialogs.js";
import { button, el, icon, serverHtml } from "./dom.js";
import { markQuote } from "./highlight.js";
import { phrase } from "./phrases.js";
import { root } from "./root.js";

const panel = root.getElementById("source-panel");
const body = root.getElementById("source-body");
const title = root.getElementById("source-title");
const path = root.getElementById("source-path");
const facts = root.getElementById("source-facts");
const wide = matchMedia("(min-width: 1100px)");

let opened = null;

export function prepareSources() {
  prepareDialog(panel);
  panel.addEventListener("close", () => {
    root.querySelector(".chip[aria-expanded=true]")?.setAttribute("aria-expanded", "false");
    opened = null;
  });
}

/** Opens the panel at once with what the answer knows, then fills in the article. */
export async function openSource(citation, opener) {
  openDialog(panel, { opener, beside: wide.matches });
  opened = citation.id;
  opener?.setAttribute("aria-expanded", "true");
  title.textContent = citation.title;
  showPath(citation.heading);
  facts.replaceChildren(phrase("version", { version: citation.version }));
  body.replaceChildren(el("div", { className: "skeleton" }, el("i"), el("i"), el("i")));
  title.focus();
  try {
    const source = await readCitation(citation.id);
    if (opened === citation.id) showSource(source);
  } catch (problem) {
    if (opened === citation.id) showProblem(problem, citation, opener);
  }
}

function showSource(source) {
  title.textContent = source.title;
  showPath(source.heading);
  facts.replaceChildren(phrase("version", { version: source.version }), " · ", stateOf(source));
  const section = el("div", { className: "prose" }, serverHtml(source.section_html));
  const mark = section.querySelector("mark") ?? markQuote(section, source.quote);
  body.replaceChildren(...[noteOf(source), mark ? null : quoted(source.quote), section].filter(Boolean));
  // Instantly: a moving text cannot be read, and the panel has only just opened.
  if (mark) body.scrollTop = mark.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 3;
  else body.scrollTop = 0;
}

function stateOf(source) {
  if (source.withdrawn || !source.is_current) return icon("alert");
  return el("span", { className: "state-good" }, phrase("source_current"));
}

function noteOf(source) {
  if (source.withdrawn) return el("p", { className: "note danger" }, icon("alert"), phrase("source_withdrawn"));
  if (!source.is_current) return el("p", { className: "note warning" }, icon("alert"), phrase("source_changed"));
  return null;
}

function quoted(quote) {
  return el("blockquote", { attributes: { "aria-label": phrase("quoted_passage") } }, el("mark", {}, quote));
}

function showPath(heading) {
  path.textContent = heading;
  path.hidden = path.textContent === "";
}

function showProblem(problem, citation, opener) {
  const again = button(phrase("try_again"), { iconName: "retry", onClick: () => openSource(citation, opener) });
  body.replaceChildren(el("p", { className: "note danger" }, icon("alert"), phrase("source_failed")), quoted(citation.quote), again);
}
