// Short messages at the edge of the page: what was done, what was refused, what happened elsewhere.

import { byId } from "./facts.js";
import { el } from "../js/dom.js";

const SHOWN_MILLISECONDS = 6_000;
const MOST_COUNT = 4;

/** `tone` is "info", "good" or "danger"; with an `address` the toast leads there. */
export function toast(words, { tone = "info", address = null } = {}) {
  const place = byId("toasts");
  if ([...place.children].some((one) => one.textContent === words)) return;
  const shown = el(address ? "a" : "p", { className: `toast ${tone}`, ...(address ? { href: address } : {}) }, words);
  place.append(shown);
  while (place.children.length > MOST_COUNT) place.firstChild.remove();
  shown.addEventListener("click", () => shown.remove());
  removeLater(shown);
}

/** Not while somebody points at it or has come to it by keyboard. */
function removeLater(shown) {
  setTimeout(() => (shown.matches(":hover, :focus") ? removeLater(shown) : shown.remove()), SHOWN_MILLISECONDS);
}
