// A source beside the conversation, opened at the words that were quoted.

import { byId, phrase } from "./facts.js";
import { replace } from "./morphing.js";
import { Refused, get } from "./server.js";
import { el } from "../js/dom.js";
import { markQuote } from "../js/highlight.js";

const wide = matchMedia("(min-width: 1000px)");
let opener = null;

export function prepareSources() {
  const panel = byId("source-panel");
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-source]");
    if (chosen) openSource(panel, chosen);
    else if (event.target.closest("#source-panel [data-close]")) panel.close();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    panel.close();
  });
  panel.addEventListener("close", () => opener?.isConnected && opener.focus());
}

async function openSource(panel, chosen) {
  opener = chosen;
  panel.replaceChildren(el("div", { className: "skeleton panel-body" }, el("i"), el("i"), el("i")));
  if (panel.open) panel.close();
  if (wide.matches) panel.show();
  else panel.showModal();
  try {
    const html = await get(chosen.dataset.source);
    if (opener === chosen) show(panel, html);
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    panel.replaceChildren(el("p", { className: "note-line danger panel-body" }, problem.message || phrase("went_wrong")));
  }
}

function show(panel, html) {
  replace(panel, html);
  const body = byId("source-body");
  const mark = markQuote(byId("source-prose"), body.dataset.quote);
  byId("source-quote").hidden = mark !== null;
  body.scrollTop = mark ? mark.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 3 : 0;
  byId("source-title").focus();
}
