// Files on their way into a reply: chosen, dropped or pasted, and uploaded at once.

import { byId, facts, phrase } from "./facts.js";
import { Refused, form, post } from "./server.js";
import { el, icon, randomKey } from "../js/dom.js";

export class Tray {
  constructor(composer) {
    Object.assign(this, { composer, items: [], list: composer.querySelector("#tray") });
    const input = composer.querySelector("#file-input");
    const attach = composer.querySelector("#attach");
    input.accept = facts.attachments.extensions.join();
    attach.hidden = !facts.attachments.most_count;
    attach.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.add([...input.files]);
      input.value = "";
    });
    composer.addEventListener("paste", (event) => {
      if (!event.clipboardData.types.includes("text/plain")) this.take(event, event.clipboardData);
    });
    composer.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
    composer.addEventListener("drop", (event) => this.take(event, event.dataTransfer));
  }

  get isBusy() {
    return this.items.some((item) => !item.id);
  }

  get ids() {
    return this.items.map((item) => item.id);
  }

  /** The files, which now belong to a message. */
  handOver() {
    const files = this.items;
    this.items = [];
    this.draw();
    return files;
  }

  /** Those of a message that was not sent. */
  bringBack(files) {
    this.items = files;
    this.draw();
  }

  take(event, transfer) {
    if (!transfer.files.length) return;
    event.preventDefault();
    this.add([...transfer.files]);
  }

  add(files) {
    for (const file of files) {
      const words = this.refusal(file);
      if (words) this.say(words);
      else this.upload({ key: randomKey(), file, name: file.name, id: null });
    }
  }

  async upload(item) {
    this.items.push(item);
    this.draw();
    try {
      Object.assign(item, JSON.parse(await post(this.composer.dataset.upload, form({ client_key: item.key, file: item.file }))));
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.items = this.items.filter((other) => other !== item);
      this.say(problem.message);
    }
    this.draw();
  }

  refusal(file) {
    const { extensions, max_bytes, most_count } = facts.attachments;
    if (this.items.length >= most_count) return phrase("too_many_files", { count: most_count });
    if (!extensions.some((ending) => file.name.toLowerCase().endsWith(ending))) return phrase("file_type", { name: file.name, types: extensions.join(", ") });
    return file.size > max_bytes ? phrase("file_too_large", { name: file.name, megabytes: max_bytes / 1_000_000 }) : "";
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    this.draw();
    if (item.id) post(`${facts.inbox}files/${item.id}/take-back`).catch(() => null); // the server forgets it by itself in a day
  }

  say(words) {
    const notice = byId("composer-notice");
    notice.textContent = words;
    notice.hidden = false;
  }

  draw() {
    this.list.hidden = !this.items.length;
    this.list.replaceChildren(...this.items.map((item) => this.row(item)));
  }

  row(item) {
    const name = phrase("remove_file", { name: item.name });
    const remove = el("button", { type: "button", className: "tag-off", title: name, on: { click: () => this.remove(item) } }, icon("close"), el("span", { className: "hidden-words" }, name));
    return el("li", { className: item.id ? "tag" : "tag is-uploading" }, icon("clip"), el("bdi", {}, item.name), remove);
  }
}
