// Finds a quoted passage inside rendered article text and marks it, across tags and whatever the white space.

import { el } from "./dom.js";

// What opens a line of Markdown and is not a word of its rendering: a list number, a bullet, a heading, a quotation.
const LINE_MARK = /^[ \t]*(?:\d{1,9}[.)]|[-*+]|#{1,6}|>)[ \t]+/gm;

/** Wraps the quote in <mark> elements; returns the first one, or null when the text does not hold the quote. */
export function markQuote(root, quote) {
  const nodes = textNodes(root);
  const haystack = nodes.map((node) => node.data).join("");
  const range = find(haystack, quote);
  return range ? wrap(nodes, range) : null;
}

function textNodes(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

function find(haystack, quote) {
  const folded = fold(haystack);
  const wanted = fold(quote.replace(LINE_MARK, "")).text;
  const at = wanted ? folded.text.indexOf(wanted) : -1;
  if (at < 0) return null;
  return { start: folded.offsets[at], end: folded.offsets[at + wanted.length - 1] + 1 };
}

/** Only letters and digits count: Markdown marks, bullets and line breaks differ between a quote and its rendering. */
function fold(text) {
  let kept = "";
  const offsets = [];
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (!/[\p{L}\p{N}]/u.test(character)) continue;
    kept += character.toLowerCase();
    while (offsets.length < kept.length) offsets.push(index);
  }
  return { text: kept, offsets };
}

function wrap(nodes, { start, end }) {
  let first = null;
  let position = 0;
  for (const node of nodes) {
    const from = Math.max(start - position, 0);
    const to = Math.min(end - position, node.data.length);
    position += node.data.length;
    if (from >= to || !node.data.slice(from, to).trim()) continue;
    const marked = node.splitText(from);
    marked.splitText(to - from);
    const mark = el("mark");
    marked.replaceWith(mark);
    mark.append(marked);
    first ??= mark;
  }
  return first;
}
