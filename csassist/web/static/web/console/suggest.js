// Suggestions while one writes: saved replies after `/` at the beginning, colleagues after `@` in a note.

import { byId } from "./facts.js";
import { el } from "../js/dom.js";

const MOST_COUNT = 8;

export class Suggest {
  /** `onPick(choice, typed)` gets the chosen `<i>` of a template, and the characters that asked for it. */
  constructor(box, { onPick, isNote }) {
    Object.assign(this, { box, onPick, isNote, list: byId("suggest"), choices: [], at: 0, typed: "" });
    box.addEventListener("input", () => this.look());
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** Every saved reply, whatever is written already. */
  openMacros() {
    this.typed = "";
    this.show(byId("macros"), "");
    this.box.focus();
  }

  look() {
    const before = this.box.value.slice(0, this.box.selectionStart);
    const macro = /^\/(\S{0,30})$/.exec(before);
    const person = this.isNote() ? /(?:^|\s)@(\w{0,30})$/.exec(before) : null;
    if (macro && !this.isNote()) this.show(byId("macros"), macro[1], macro[0]);
    else if (person) this.show(byId("people"), person[1], `@${person[1]}`);
    else this.hide();
  }

  show(template, words, typed = "") {
    this.typed = typed;
    const wanted = words.toLocaleLowerCase();
    const all = [...template.content.querySelectorAll("i")];
    this.choices = all.filter((one) => `${one.dataset.title} ${one.dataset.text}`.toLocaleLowerCase().includes(wanted)).slice(0, MOST_COUNT);
    this.at = 0;
    this.draw();
  }

  draw() {
    this.list.replaceChildren(...this.choices.map((one, place) => this.row(one, place)));
    this.list.hidden = this.choices.length === 0;
    this.box.setAttribute("aria-expanded", String(this.isOpen));
    if (this.isOpen) this.box.setAttribute("aria-activedescendant", `suggest-${this.at}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  row(one, place) {
    const attributes = { role: "option", id: `suggest-${place}`, "aria-selected": String(place === this.at) };
    const words = el("span", { className: "muted" }, one.dataset.text);
    const row = el("li", { attributes }, el("strong", {}, one.dataset.title), " ", words);
    row.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.pick(place);
    });
    return row;
  }

  key(event) {
    if (!this.isOpen || event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (steps) {
      this.at = (this.at + steps + this.choices.length) % this.choices.length;
      this.draw();
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) this.pick(this.at);
    else if (event.key === "Escape") this.hide();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  pick(place) {
    const choice = this.choices[place];
    this.hide();
    this.onPick(choice, this.typed);
  }

  hide() {
    this.choices = [];
    this.draw();
  }
}
