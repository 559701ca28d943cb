// Articles that may answer what is being typed. They come over the conversation, so that nothing moves.

import { articleAddress, suggestArticles } from "./api.js";
import { button, el } from "./dom.js";
import { phrase } from "./phrases.js";
import { recall, remember } from "./storage.js";

const PAUSE_MILLISECONDS = 400;
const OFF = "no-suggestions";
// Three words, or four Chinese characters.
const ENOUGH = /(?:\p{L}+\P{L}+){2}\p{L}|(?:\p{Script=Han}\P{Script=Han}*){4}/u;

export class TypingHelp {
  constructor(form, box) {
    const place = el("section", { className: "typing-help", hidden: true });
    Object.assign(this, { place, box });
    form.prepend(place);
    box.addEventListener("input", () => this.typed());
    for (const one of [box, place]) one.addEventListener("keydown", (event) => this.keyPressed(event));
  }

  typed() {
    clearTimeout(this.timer);
    const text = this.box.value;
    if (!ENOUGH.test(text)) this.clear();
    else if (!recall(OFF)) this.timer = setTimeout(() => this.search(text), PAUSE_MILLISECONDS);
  }

  async search(text) {
    // It is an offer: when it cannot be had, nobody misses it.
    const found = await suggestArticles(text).catch(() => null);
    if (text === this.box.value) this.show(found?.results ?? []);
  }

  show(articles) {
    const links = articles.map(({ title, address }) =>
      el("a", { href: articleAddress(address), target: "_blank", rel: "noopener", dir: "auto" }, title),
    );
    const stop = button(phrase("no_suggestions"), { className: "link-button", onClick: () => this.stop() });
    this.place.replaceChildren(phrase("does_this_help"), ...links, stop);
    this.place.hidden = !links.length;
  }

  /** Escape closes it, and only it. */
  keyPressed(event) {
    if (event.key !== "Escape" || this.place.hidden) return;
    event.stopPropagation();
    this.clear();
    this.box.focus();
  }

  clear() {
    clearTimeout(this.timer);
    this.place.hidden = true;
  }

  stop() {
    remember(OFF, "1");
    this.clear();
    this.box.focus();
  }
}
