// Small builders for elements. Text always goes in as text; the one door for HTML is `serverHtml`.

import { trusted } from "./trusted.js";

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties; `on` holds listeners, `attributes` what has no property, strings become text. */
export function el(tag, { on = {}, attributes = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A decorative icon of the page's sprite. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/**
 * Nodes of HTML that the server rendered and cleaned. Nothing else may come in here. A template parses without running
 * anything, and the page's policy forbids inline script on top of that.
 */
export function serverHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = trusted(html);
  for (const link of template.content.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
  return template.content;
}

export function button(words, { className = "button", iconName = null, onClick, attributes = {} } = {}) {
  const children = iconName ? [icon(iconName), words] : [words];
  return el("button", { type: "button", className, on: { click: onClick }, attributes }, ...children);
}

/** A random version 4 UUID, also where the page is not in a secure context. */
export function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
