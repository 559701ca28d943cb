// Where an agent writes: a reply to the customer or a note for colleagues. What is sent shows at once.

import { confirmed } from "./acts.js";
import { Cites } from "./cites.js";
import { byId, facts, openCase, openId, phrase } from "./facts.js";
import { Tray } from "./files.js";
import { keys } from "./keyboard.js";
import { morph } from "./morphing.js";
import { stoppedWriting, writing } from "./presence.js";
import { Refused, form, post } from "./server.js";
import { Suggest } from "./suggest.js";
import { showPending, toEnd } from "./talk.js";
import { toast } from "./toasts.js";
import { forgetDraft, recallDraft, rememberDraft } from "./unsent.js";
import { randomKey } from "../js/dom.js";

const COUNTER_FROM_RATIO = 0.85;
const CONFLICT = 409;

export function prepareComposer() {
  keys.set("c", () => composer?.mode("reply")).set("n", () => composer?.mode("note"));
  document.addEventListener("console:opened", begin);
  document.addEventListener("copilot:cite", (event) => composer?.cite(event));
  begin();
}

let composer = null;

export const currentComposer = () => composer;

function begin() {
  const element = byId("composer");
  composer = element ? new Composer(element) : null;
}

class Composer {
  constructor(element) {
    Object.assign(this, { element, id: openId(), box: element.querySelector("textarea"), tag: "" });
    this.tray = new Tray(element);
    this.cites = new Cites();
    this.suggest = new Suggest(this.box, { onPick: (choice, typed) => this.insert(choice, typed), isNote: () => this.isNote });
    this.box.addEventListener("input", () => this.changed({ isTyped: true }));
    this.box.addEventListener("keydown", (event) => this.key(event));
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send({ closes: event.submitter?.value === "close" });
    });
    element.addEventListener("change", (event) => event.target.name === "mode" && this.modeChanged());
    byId("open-macros")?.addEventListener("click", () => this.suggest.openMacros());
    const kept = recallDraft(this.id);
    this.box.value = kept.text;
    this.cites.show(kept.cites ?? []);
    if (kept.isNote) this.mode("note", { focus: false });
    this.modeChanged();
    this.takeRescued();
  }

  /** What was written in the review queue for this conversation and could not be sent there. */
  takeRescued() {
    const key = `csassist.console.rescued.${this.id}`;
    const words = sessionStorage.getItem(key);
    if (words) this.rescue(words);
    sessionStorage.removeItem(key);
  }

  get isNote() {
    return this.element.elements.mode.value === "note";
  }

  /** "reply" or "note". */
  mode(name, { focus = true } = {}) {
    this.element.elements.mode.value = name;
    this.modeChanged();
    if (focus) this.box.focus();
  }

  modeChanged() {
    this.element.classList.toggle("is-note", this.isNote);
    byId("mode-hint").textContent = this.isNote ? phrase("note_hint") : "";
    this.box.placeholder = phrase(this.isNote ? "note_placeholder" : "reply_placeholder");
    byId("words-label").textContent = phrase(this.isNote ? "your_note" : "your_message");
    byId("send").textContent = phrase(this.isNote ? "add_note" : "send");
    byId("send-close").hidden = byId("attach").hidden = this.isNote;
    if (byId("open-macros")) byId("open-macros").hidden = this.isNote;
    this.changed();
  }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      this.send({ closes: event.shiftKey && !this.isNote });
    } else if (event.key === "Escape" && !this.suggest.isOpen) this.box.blur();
  }

  /** Words that were meant for a draft that is gone. */
  rescue(words) {
    this.mode("reply");
    if (!this.box.value) this.box.value = words;
    this.changed({ isTyped: true });
  }

  /** A source that the copilot found, for the customer to open. A note has none: its words go in as text. */
  cite(event) {
    if (this.isNote) return;
    event.preventDefault();
    const { value, selectionStart: at } = this.box;
    const before = value.slice(0, at).trimEnd();
    this.box.value = `${before}${before ? " " : ""}${this.cites.words(event.detail)}${value.slice(at)}`;
    this.changed({ isTyped: true });
    this.box.focus();
  }

  insert(choice, typed) {
    const { text, tag = "", closes } = choice.dataset;
    const words = text.replaceAll("{{name}}", openCase().dataset.named ?? "").replaceAll("{{agent}}", facts.myName);
    const at = this.box.selectionStart;
    this.box.setRangeText(words, at - typed.length, at, "end");
    this.tag = tag;
    byId("send-close").classList.toggle("primary", closes !== undefined);
    this.changed({ isTyped: true });
    this.box.focus();
  }

  changed({ isTyped = false } = {}) {
    const used = [...this.box.value].length;
    const most = facts.messageMaxCharacters;
    this.isTooLong = used > most;
    byId("counter").hidden = used < most * COUNTER_FROM_RATIO;
    byId("counter").textContent = phrase("characters_used", { used, limit: most });
    byId("counter").classList.toggle("is-over", this.isTooLong);
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight + 2}px`;
    if (!isTyped) return;
    rememberDraft(this.id, { text: this.box.value, isNote: this.isNote, cites: this.cites.items });
    this.quiet();
    if (this.box.value) writing();
  }

  async send({ closes = false } = {}) {
    const text = this.box.value.trim();
    if ((!text && !this.tray.items.length) || this.isTooLong) return this.box.focus();
    if (this.tray.isBusy) return toast(phrase("still_uploading"));
    const talk = byId("talk");
    const { colleague, owner } = talk.dataset;
    if (!this.isNote && colleague && !(await confirmed(phrase("reply_takes_over", { name: colleague }), phrase("send_and_take_over")))) return;
    const said = this.isNote ? { text, cites: [] } : this.cites.handOver(text);
    const sent = { key: randomKey(), ...said, files: this.isNote ? [] : this.tray.handOver(), isNote: this.isNote, tag: this.tag, closes, owner };
    this.box.value = "";
    this.tag = "";
    byId("send-close").classList.remove("primary");
    this.changed();
    forgetDraft(this.id);
    stoppedWriting();
    this.box.focus();
    await this.deliver(sent);
  }

  async deliver(sent) {
    const pending = showPending({ ...sent, name: facts.myName, onRetry: () => this.deliver(sent) });
    const address = sent.isNote ? this.element.dataset.note : this.element.dataset.reply;
    const fields = { text: sent.text, client_key: sent.key, seen_owner: sent.owner, tag: sent.tag, closes: sent.closes ? "yes" : "", attachments: sent.files.map((file) => file.id), cite: sent.cites.map((one) => one.key) };
    try {
      const html = await post(address, form(fields));
      if (openId() === this.id) morph(byId("talk"), html);
      pending.remove();
      toEnd();
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      if (problem.status === 0 && openId() === this.id) pending.fail(problem.message);
      else this.giveBack(sent, pending, problem);
    }
  }

  /** Nothing that was written is lost: it stands in its field again, with what was wrong above it. */
  giveBack(sent, pending, problem) {
    pending.remove();
    rememberDraft(this.id, sent);
    if (openId() !== this.id) return toast(`${phrase("not_sent")} ${problem.message}`, { tone: "danger", address: `${facts.inbox}c/${this.id}` });
    if (!this.box.value) this.box.value = sent.text;
    this.tray.bringBack(sent.files);
    this.cites.show(sent.cites);
    this.changed();
    byId("composer-notice").textContent = `${phrase("not_sent")} ${problem.message}`;
    byId("composer-notice").hidden = false;
    if (problem.status === CONFLICT) htmx.trigger(byId("talk"), "refresh");
    this.box.focus();
  }

  quiet() {
    byId("composer-notice").hidden = true;
  }
}
