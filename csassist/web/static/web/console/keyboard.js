// Everything by keys. Letters act only while nobody writes; what a key does is written on the button it presses.

import { openDialogNamed } from "./acts.js";
import { byId } from "./facts.js";
import { closeMenus, openMenu } from "./menus.js";
import { openPalette } from "./palette.js";

/** A page adds its own; what a button does by itself needs none. */
export const keys = new Map([
  ["/", () => byId("search").select()],
  ["?", () => openDialogNamed("help")],
]);
/** What Escape does last, after it has left fields, menus and panels; each says whether it did anything. */
export const escapes = [];
export const acts = new Map([
  ["palette", openPalette],
  ["help", () => openDialogNamed("help")],
  ["save-filter", () => openDialogNamed("save-filter")],
  ["beside", () => toggle("beside")],
]);

export function prepareKeyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return pressed(event, openPalette);
    if (event.key === "Escape") return escape(event);
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog:modal") || isWriting(event.target)) return;
    const inMenu = openMenu()?.querySelectorAll("button.menu-item")[Number(event.key) - 1];
    if (inMenu) return pressed(event, () => inMenu.click());
    const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]:not([disabled])`);
    const menu = document.querySelector(`[data-menu-key="${CSS.escape(event.key)}"]`);
    if (button) pressed(event, () => button.click());
    else if (menu) pressed(event, () => menu.querySelector("summary").click());
    else if (keys.has(event.key)) pressed(event, keys.get(event.key));
  });
  document.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (acts.has(act)) acts.get(act)();
    else if (event.target.closest("[data-shows-queues]")) toggle("queues");
    else if (event.target.closest("a.queue") || !event.target.closest(".queues")) byId("console").classList.remove("shows-queues");
  });
}

function pressed(event, act) {
  event.preventDefault();
  act();
}

function isWriting(element) {
  return element.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") ?? false;
}

/** One step back: out of the field, the menu, the panel, the choice, the conversation. */
function escape(event) {
  if (event.defaultPrevented || document.querySelector("dialog:modal")) return;
  if (closeMenus()) return;
  if (byId("source-panel").open) return byId("source-panel").close();
  if (isWriting(event.target)) return event.target.blur();
  escapes.some((step) => step());
}

function toggle(part) {
  byId("console").classList.toggle(`shows-${part}`);
}
