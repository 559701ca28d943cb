// Where the customer writes: Enter sends, Shift+Enter breaks the line, a counter appears near the limit.

import { TypingHelp } from "./help.js";
import { messageMaxCharacters, phrase } from "./phrases.js";
import { recall, remember } from "./storage.js";
import { Tray } from "./tray.js";

const COUNTER_FROM_RATIO = 0.85;
const DRAFT = "draft";

export class Composer {
  /** `onSend(text, files)`; `conversation` gives the id that files are uploaded to; `zone` is where they can be dropped. */
  constructor(form, { onSend, conversation, zone }) {
    Object.assign(this, { form, onSend, isAwaited: false });
    this.box = form.querySelector("textarea");
    this.send = form.querySelector("#send");
    this.counter = form.querySelector("#question-counter");
    this.problem = form.querySelector("#composer-problem");
    // What the page brought, or was typed before this script ran, comes before what was left unsent.
    this.box.value ||= recall(DRAFT) ?? "";
    this.box.addEventListener("input", () => this.changed());
    this.box.addEventListener("keydown", (event) => this.keyPressed(event, form));
    form.addEventListener("submit", (event) => this.submit(event));
    this.help = new TypingHelp(form, this.box);
    this.tray = new Tray(form, { conversation, zone, onChange: () => this.filesChanged() });
    this.changed();
  }

  keyPressed(event, form) {
    // While an input method composes a word, Enter picks the word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  }

  submit(event) {
    event.preventDefault();
    const text = this.box.value.trim();
    if (this.send.disabled) return;
    this.isAwaited = this.tray.isBusy;
    if (this.isAwaited) return;
    if (this.tray.hasFailed) return this.tray.say(phrase("file_missing"));
    this.box.value = "";
    const files = this.tray.handOver();
    this.help.clear();
    this.changed();
    this.box.focus();
    this.onSend(text, files);
  }

  /** What was to be sent while a file was still on its way goes out when that is there. */
  filesChanged() {
    this.changed();
    if (this.isAwaited && !this.tray.isBusy) this.form.requestSubmit();
  }

  changed() {
    const used = [...this.box.value].length;
    this.isTooLong = used > messageMaxCharacters;
    this.send.disabled = (this.box.value.trim() === "" && !this.tray.items.length) || this.isTooLong;
    this.counter.hidden = used < messageMaxCharacters * COUNTER_FROM_RATIO;
    this.counter.textContent = phrase("characters_used", { used: used.toLocaleString(), limit: messageMaxCharacters.toLocaleString() });
    this.counter.classList.toggle("over", this.isTooLong);
    const words = this.isTooLong ? phrase("too_long", { limit: messageMaxCharacters.toLocaleString() }) : "";
    if (this.problem.textContent !== words) this.problem.textContent = words;
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight}px`;
    remember(DRAFT, this.box.value);
  }
}
