// Sources that an agent puts into a reply: a marker in the text, and below it what the marker stands for.

import { byId, phrase } from "./facts.js";
import { el, icon } from "../js/dom.js";

export class Cites {
  constructor() {
    Object.assign(this, { list: byId("cites"), items: [] });
  }

  /** What to write for a source, quoted: the same source has the same number. */
  words({ passage, start, end, title, quote }) {
    const key = `${passage}:${start}:${end}`;
    if (!this.items.some((item) => item.key === key)) this.items.push({ key, title });
    const number = this.items.findIndex((item) => item.key === key) + 1;
    this.draw();
    return `“${quote}” [${number}]`;
  }

  show(items) {
    this.items = items;
    this.draw();
  }

  /** The text and the sources whose markers stand in it, numbered anew from 1. Takes them all away. */
  handOver(text) {
    const used = this.items.filter((_item, place) => text.includes(`[${place + 1}]`));
    const renumbered = text.replace(/\[(\d)\]/g, (marker, number) => {
      const place = used.indexOf(this.items[number - 1]);
      return place < 0 ? marker : `[${place + 1}]`;
    });
    this.show([]);
    return { text: renumbered, cites: used };
  }

  draw() {
    this.list.hidden = !this.items.length;
    this.list.replaceChildren(...this.items.map((item, place) => this.row(item, place)));
  }

  row({ title }, place) {
    return el("li", { className: "tag", title: phrase("cited_source", { number: place + 1 }) }, icon("article"), `[${place + 1}] `, el("bdi", {}, title));
  }
}
