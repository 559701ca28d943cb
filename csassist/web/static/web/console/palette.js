// All commands in one place: whatever on the page carries `data-command`, found by a few letters.

import { byId } from "./facts.js";
import { el } from "../js/dom.js";

const MOST_COUNT = 12;
let found = [];
let at = 0;

export function preparePalette() {
  const words = byId("palette-words");
  words.addEventListener("input", look);
  words.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (steps && found.length) {
      at = (at + steps + found.length) % found.length;
      draw();
    } else if (event.key === "Enter" && !event.isComposing) run(at);
    else return;
    event.preventDefault();
  });
}

export function openPalette() {
  const palette = byId("palette");
  if (palette.open) return palette.close();
  palette.opener = document.activeElement;
  byId("palette-words").value = "";
  palette.showModal();
  look();
}

function look() {
  const wanted = byId("palette-words").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const named = new Map();
  // What can be done with the open conversation comes before where one can go.
  for (const place of ["#case, #item", ".queues"]) {
    for (const element of document.querySelectorAll(`:is(${place}) [data-command]:not([disabled])`)) named.set(element.dataset.command, element);
  }
  for (const macro of byId("macros")?.content.querySelectorAll("i") ?? []) named.set(`/ ${macro.dataset.title}`, macro);
  found = [...named].filter(([words]) => wanted.every((word) => words.toLocaleLowerCase().includes(word))).slice(0, MOST_COUNT);
  at = 0;
  draw();
}

function draw() {
  const rows = found.map(([words], place) => {
    const row = el("li", { attributes: { role: "option", id: `palette-${place}`, "aria-selected": String(place === at) } }, words);
    row.addEventListener("click", () => run(place));
    return row;
  });
  byId("palette-list").replaceChildren(...rows);
  const words = byId("palette-words");
  if (found.length) words.setAttribute("aria-activedescendant", `palette-${at}`);
  else words.removeAttribute("aria-activedescendant");
}

function run(place) {
  const chosen = found[place]?.[1];
  if (!chosen) return;
  byId("palette").close();
  if (chosen.matches("i")) document.dispatchEvent(new CustomEvent("console:macro", { detail: chosen }));
  else chosen.click();
}
