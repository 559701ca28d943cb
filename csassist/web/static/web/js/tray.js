// Files on their way into the next message: chosen, dropped or pasted, uploaded at once, kept across a reload when done.

import { takeBack, uploadFile } from "./api.js";
import { button, el, icon, randomKey } from "./dom.js";
import { fileWords } from "./files.js";
import { attachmentRules, phrase } from "./phrases.js";
import { Problem } from "./problem.js";
import { recall, remember } from "./storage.js";

const STORE = "attached";
const TOO_MANY = 429;

export class Tray {
  /** `conversation` gives the id to upload to, starting a conversation when there is none yet. */
  constructor(form, { conversation, zone, onChange }) {
    Object.assign(this, { conversation, onChange, items: [] });
    const part = (name) => form.querySelector(`#${name}`);
    Object.assign(this, { list: part("files"), hint: part("files-hint"), problem: part("files-problem"), input: part("file-input") });
    this.input.accept = attachmentRules.extensions.join();
    part("attach").hidden = !attachmentRules.most_count;
    part("attach").addEventListener("click", () => this.input.click());
    this.input.addEventListener("change", () => {
      this.add([...this.input.files]);
      this.input.value = "";
    });
    // What is copied from a table or a page comes as words and as a picture of them: the words are meant.
    form.addEventListener("paste", (event) => !event.clipboardData.types.includes("text/plain") && this.take(event, event.clipboardData));
    zone.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.add("is-dropping");
    });
    zone.addEventListener("dragleave", (event) => !zone.contains(event.relatedTarget) && zone.classList.remove("is-dropping"));
    zone.addEventListener("drop", (event) => {
      zone.classList.remove("is-dropping");
      this.take(event, event.dataTransfer);
    });
  }

  get isBusy() {
    return this.items.some((item) => item.state === "sending");
  }

  get hasFailed() {
    return this.items.some((item) => item.state === "failed");
  }

  /** What waits for the next message of this conversation; what was being uploaded for another one goes on unseen. */
  show(conversation) {
    this.items = stored().filter((item) => item.conversation === conversation);
    this.say("");
  }

  /** The uploaded files, which now belong to a message. */
  handOver() {
    const files = this.items.map(({ id, name, kind, bytes }) => ({ id, name, kind, bytes }));
    forget(this.items);
    this.items = [];
    this.say("");
    return files;
  }

  retryFailed() {
    for (const item of this.items) if (item.state === "failed") this.upload(item);
  }

  say(words) {
    this.problem.textContent = words;
    this.draw();
  }

  take(event, transfer) {
    if (!transfer.files.length) return;
    event.preventDefault();
    this.add([...transfer.files]);
  }

  add(files) {
    this.say("");
    for (const file of files) {
      const words = refusal(file, this.items.length);
      if (words) this.say(words);
      else {
        const item = { key: randomKey(), file, name: file.name, bytes: file.size };
        this.items.push(item);
        this.upload(item);
      }
    }
  }

  /** Under a key that makes a second try harmless. A file that the server does not take is dropped, and it is said why. */
  async upload(item) {
    item.state = "sending";
    this.draw();
    try {
      item.conversation = await this.conversation();
      Object.assign(item, await uploadFile(item.conversation, item.file, item.key), { state: "done" });
      if (item.isRemoved) return await takeBack(item.id);
      keep(item);
      this.draw();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      item.state = "failed";
      if (problem.status >= 400 && problem.status < 500 && problem.status !== TOO_MANY) this.items = this.items.filter((other) => other !== item);
      this.say(problem.words);
    }
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    item.isRemoved = true;
    forget([item]);
    this.say("");
    if (item.id) takeBack(item.id).catch(() => null); // the server forgets it by itself in a day
  }

  draw() {
    this.list.replaceChildren(...this.items.map((item) => this.row(item)));
    this.list.hidden = this.hint.hidden = !this.items.length;
    this.onChange();
  }

  row(item) {
    const name = { name: item.name };
    const state = { sending: phrase("uploading"), failed: phrase("not_uploaded") }[item.state];
    const retry = item.state === "failed" ? button(phrase("retry"), { className: "link-button", onClick: () => this.upload(item) }) : null;
    const remove = el("button", { type: "button", className: "icon-button", title: phrase("remove_file", name), on: { click: () => this.remove(item) } }, icon("close"), el("span", { className: "hidden-words" }, phrase("remove_file", name)));
    return el("li", { className: `file ${item.state}` }, ...fileWords(item), state ? el("span", { className: "file-state", attributes: { role: "status" } }, state) : null, retry, remove);
  }
}

function refusal(file, count) {
  const { extensions, max_bytes, most_count } = attachmentRules;
  if (count >= most_count) return phrase("too_many_files", { count: most_count });
  if (!extensions.some((extension) => file.name.toLowerCase().endsWith(extension))) return phrase("file_type", { name: file.name, types: extensions.join(", ") });
  if (file.size > max_bytes) return phrase("file_too_large", { name: file.name, megabytes: max_bytes / 1_000_000 });
  return "";
}

function stored() {
  try {
    return JSON.parse(recall(STORE) ?? "[]");
  } catch {
    return []; // spoiled: the files can be added again
  }
}

function keep({ conversation, id, name, kind, bytes }) {
  remember(STORE, JSON.stringify([...stored(), { conversation, id, name, kind, bytes, state: "done" }]));
}

function forget(items) {
  const gone = new Set(items.map((item) => item.id));
  remember(STORE, JSON.stringify(stored().filter((item) => !gone.has(item.id))));
}
