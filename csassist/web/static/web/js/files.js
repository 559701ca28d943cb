// Files that were sent with a message: listed below its words, each saved by a click. Nothing of them is shown in place.

import { readAttachment } from "./api.js";
import { el, icon } from "./dom.js";
import { locale, phrase } from "./phrases.js";
import { Problem } from "./problem.js";

const KEPT_MILLISECONDS = 60_000;

export function fileList(files) {
  return el("ul", { className: "files", attributes: { "aria-label": phrase("files") } }, ...files.map((file) => el("li", {}, saver(file))));
}

/** Icon, name and size, the name in its own direction. */
export function fileWords({ name, bytes }) {
  return [icon("article"), el("span", { className: "file-name", dir: "auto", title: name }, name), el("span", { className: "file-size" }, size(bytes))];
}

function saver(file) {
  const element = el("button", { type: "button", className: "file", attributes: { "aria-label": phrase("save_file", { name: file.name }) } }, ...fileWords(file));
  element.addEventListener("click", () => save(file, element));
  return element;
}

async function save(file, element) {
  try {
    const address = URL.createObjectURL(await readAttachment(file.id));
    el("a", { href: address, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), KEPT_MILLISECONDS);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    element.after(el("span", { className: "file-problem", attributes: { role: "alert" } }, problem.words));
  }
}

function size(bytes) {
  const isSmall = bytes < 1_000_000;
  const options = { style: "unit", unit: isSmall ? "kilobyte" : "megabyte", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(locale, options).format(isSmall ? Math.ceil(bytes / 1_000) : bytes / 1_000_000);
}
