// Putting a part that the server drew into the page without disturbing whoever works in it.

const KEPT = "[data-keep], .row-check, details.menu[open]";

/** What the reader has opened, marked or typed is theirs: the server does not know of it and must not undo it. */
export function prepareMorphing() {
  Object.assign(Idiomorph.defaults, { ignoreActiveValue: true, restoreFocus: true });
  Object.assign(Idiomorph.defaults.callbacks, {
    beforeNodeMorphed: (node) => !(node instanceof Element && node.matches(KEPT)),
    beforeAttributeUpdated: (name, element) => !isReaders(name, element),
  });
}

function isReaders(name, element) {
  if (name === "open") return element.matches("details, dialog");
  if (name === "aria-current") return element.matches(".row");
  return name === "class" && element.matches(".htmx-request");
}

/** A part in place of another one, element by element. */
export function morph(target, html, { inner = false } = {}) {
  Idiomorph.morph(target, html, { morphStyle: inner ? "innerHTML" : "outerHTML" });
  htmx.process(target); // buttons that are new act as well
  changed();
}

/** A part anew, where nothing of the old one is wanted. */
export function replace(target, html) {
  target.innerHTML = html;
  htmx.process(target);
  changed();
}

/** Tells every module that the page holds something new. */
export function changed() {
  document.dispatchEvent(new Event("console:changed"));
}

export function onChange(listener) {
  document.addEventListener("console:changed", listener);
}
