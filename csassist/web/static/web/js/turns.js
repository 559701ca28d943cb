// The elements of a conversation: a customer's message, an answer with its sources, a notice.

import { button, el, icon, serverHtml } from "./dom.js";
import { fileList } from "./files.js";
import { phrase } from "./phrases.js";
import { ratingRow } from "./rating.js";
import { openSource } from "./sources.js";
import { timeElement } from "./times.js";

const MARKERS = /(?:\s*\[\d{1,2}\])+/g;
// What stays on one line with the chips that follow it: a word, or a Chinese character and its punctuation.
const LAST_WORD = /\p{Script=Han}?[^\s\p{Script=Han}]{0,24}$/u;

/** A customer's message. Until the server has it, `foot` says so. */
export function customerTurn({ text, files = [], createdAt = null }) {
  const foot = el("p", { className: "turn-foot" }, createdAt ? timeElement(createdAt) : "");
  return el(
    "article",
    { className: "turn customer" },
    el("h3", { className: "hidden-words", textContent: phrase("you") }),
    el("div", { className: "bubble", dir: "auto" }, text),
    files.length ? fileList(files) : null,
    foot,
  );
}

/** An empty answer that `fillAnswer` or a live answer fills. */
export function answerTurn(author = "assistant", name = "") {
  return el(
    "article",
    { className: `turn ${author}` },
    el("h3", { className: "turn-author" }, author === "agent" && name ? name : phrase(author === "agent" ? "agent" : "assistant")),
    el("div", { className: "bubble", dir: "auto" }),
  );
}

/** Puts a finished message into its turn: text, sources, rating, and the offers its outcome calls for. */
export function fillAnswer(turn, message, { onAskPerson, onAskAgain }) {
  const bubble = turn.querySelector(".bubble");
  bubble.replaceChildren(withChips(serverHtml(message.html), message.citations ?? []));
  const parts = [];
  if (message.citations?.length) parts.push(sourceList(message.citations));
  if (message.state === "incomplete") parts.push(incompleteNote(onAskAgain));
  if (message.outcome === "hand_off") parts.push(personOffer(onAskPerson));
  parts.push(answerFoot(message));
  turn.append(...parts);
}

/** Replaces `[1]` in text by a chip that opens source 1. A marker without a source stays text. */
export function withChips(fragment, citations) {
  const byNumber = new Map(citations.map((citation) => [Number(citation.number), citation]));
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  for (const node of nodes) {
    if (!node.data.includes("[") || node.parentElement?.closest("code, pre, a")) continue;
    node.replaceWith(...pieces(node.data, byNumber));
  }
  return fragment;
}

function pieces(text, byNumber) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(MARKERS)) {
    const citations = match[0].match(/\d+/g).map((number) => byNumber.get(Number(number)));
    if (citations.includes(undefined)) continue;
    const before = text.slice(from, match.index).trimEnd();
    const tail = before.match(LAST_WORD)[0];
    parts.push(before.slice(0, before.length - tail.length), el("span", { className: "cited" }, tail, ...citations.map(chip)));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part !== "");
}

function chip(citation) {
  const words = phrase("source_number", { number: citation.number, title: citation.title });
  const attributes = { "aria-label": words, "aria-expanded": "false", "aria-controls": "source-panel" };
  const element = el("button", { type: "button", className: "chip", title: citation.title, attributes }, String(citation.number));
  element.addEventListener("click", () => openSource(citation, element));
  return element;
}

function sourceList(citations) {
  const rows = citations.map((citation) => {
    const open = el(
      "button",
      { type: "button", className: "source", attributes: { "aria-controls": "source-panel", "aria-expanded": "false" } },
      el("span", { className: "source-number" }, String(citation.number)),
      el("span", { className: "source-title", dir: "auto" }, citation.title),
      el("span", { className: "source-heading" }, citation.heading.split(" › ").at(-1)),
    );
    open.addEventListener("click", () => openSource(citation, open));
    return el("li", {}, open);
  });
  return el("ul", { className: "sources", attributes: { "aria-label": phrase("sources") } }, ...rows);
}

function incompleteNote(onAskAgain) {
  return el(
    "p",
    { className: "note warning" },
    icon("alert"),
    el("span", {}, phrase("incomplete")),
    button(phrase("ask_again"), { className: "link-button", onClick: onAskAgain }),
  );
}

function personOffer(onAskPerson) {
  return el(
    "div",
    { className: "offer" },
    el("p", {}, phrase("hand_off")),
    button(phrase("talk_to_person"), { className: "button primary", iconName: "person", onClick: onAskPerson }),
  );
}

function answerFoot(message) {
  const foot = el("div", { className: "turn-foot" }, timeElement(message.created_at));
  if (message.author === "assistant") foot.append(ratingRow(message));
  return foot;
}

/** A line in the middle of the conversation, from the product itself. */
export function notice({ iconName, title, detail = "", at = null }) {
  return el(
    "div",
    { className: "notice" },
    icon(iconName),
    el("div", {}, el("strong", {}, title), el("p", { className: "notice-detail", dir: "auto" }, detail), at ? timeElement(at) : null),
  );
}
