// What was said: kept at its end while the reader is there, and messages that are still on their way.

import { byId } from "./facts.js";
import { onChange } from "./morphing.js";
import { el, icon, button } from "../js/dom.js";
import { phrase } from "./facts.js";

const NEAR_PIXELS = 120;
let wasAtEnd = true;

export function prepareTalk() {
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("scroll", (event) => event.target.id === "scroll" && remember(), true);
  onChange(() => {
    dropArrived();
    if (wasAtEnd) toEnd();
  });
  toEnd();
}

export function toEnd() {
  const scroll = byId("scroll");
  if (scroll) scroll.scrollTop = scroll.scrollHeight;
  wasAtEnd = true;
}

/** A message as it will look, at once. `onRetry` sends it again when it failed. */
export function showPending({ key, text, files, isNote, name, onRetry }) {
  const said = el("div", { className: "said pending-words", dir: "auto" }, text);
  const state = el("span", { className: "pending-state" }, phrase("sending"));
  const head = el("p", { className: "entry-head" }, el("strong", {}, name), " ", state);
  const names = files.map((file) => el("li", {}, icon("clip"), file.name));
  const item = el("li", { className: `entry ${isNote ? "note" : "message from-agent"} is-pending`, attributes: { "data-pending": key } }, head, said, names.length ? el("ul", { className: "entry-files" }, ...names) : null);
  byId("outbox").append(item);
  toEnd();
  return {
    fail: (words) => {
      item.classList.add("is-failed");
      state.replaceChildren(words, " ", button(phrase("try_again"), { className: "link-button", onClick: () => {
        item.remove();
        onRetry();
      } }));
    },
    remove: () => item.remove(),
  };
}

/** What the server shows needs no stand-in. */
function dropArrived() {
  for (const item of document.querySelectorAll("[data-pending]")) {
    if (document.querySelector(`#entries [data-client-key="${item.dataset.pending}"]`)) item.remove();
  }
}

function remember() {
  const scroll = byId("scroll");
  if (scroll) wasAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PIXELS;
}
