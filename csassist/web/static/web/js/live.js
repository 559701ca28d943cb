// The answer that is being written: what the assistant does now, and the sentences it has released.

import { el, serverHtml } from "./dom.js";
import { phrase } from "./phrases.js";
import { answerTurn, withChips } from "./turns.js";

const PATIENCE_MILLISECONDS = 12_000;

export class LiveAnswer {
  constructor() {
    this.turn = answerTurn();
    this.turn.classList.add("live");
    this.text = el("div", { className: "live-text" });
    this.words = el("span", {}, phrase("stage_waiting"));
    this.status = el("p", { className: "status-line" }, dots(), this.words);
    this.turn.querySelector(".bubble").append(this.text, this.status);
    this.sentences = new Map();
    this.watch();
  }

  showStage(stage) {
    this.say(phrase(`stage_${stage}`));
  }

  showSentence({ index, html, citations }) {
    if (this.sentences.has(index)) return;
    const nodes = withChips(serverHtml(html), citations ?? []);
    this.sentences.set(index, true);
    appendSentence(this.text, nodes);
    this.watch();
  }

  reset() {
    this.sentences.clear();
    this.text.replaceChildren();
  }

  /** Hands the turn over, emptied, for the final message. */
  finish() {
    clearTimeout(this.timer);
    this.turn.classList.remove("live");
    return this.turn;
  }

  remove() {
    clearTimeout(this.timer);
    this.turn.remove();
  }

  say(words) {
    this.words.textContent = words;
    this.watch();
  }

  watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.words.textContent = phrase("still_working");
    }, PATIENCE_MILLISECONDS);
  }
}

function dots() {
  return el("span", { className: "dots", attributes: { "aria-hidden": "true" } }, el("i"), el("i"), el("i"));
}

/** A sentence that is one paragraph continues the open paragraph; anything else (a list, a table) stands for itself. */
function appendSentence(root, nodes) {
  const elements = [...nodes.children];
  const isText = elements.every((element) => element.tagName === "P") || elements.length === 0;
  if (!isText) {
    mergeList(root, elements);
    root.append(nodes);
    return;
  }
  let paragraph = root.lastElementChild;
  if (paragraph?.tagName !== "P") paragraph = root.appendChild(el("p"));
  const content = elements.length ? elements.flatMap((element) => [...element.childNodes]) : [...nodes.childNodes];
  paragraph.append(...(paragraph.hasChildNodes() ? [" "] : []), el("span", { className: "sentence" }, ...content));
}

/** List items arrive one sentence at a time, each as a list of its own: put them into the list that is already there. */
function mergeList(root, elements) {
  const open = root.lastElementChild;
  const first = elements[0];
  if (open && first && ["UL", "OL"].includes(first.tagName) && open.tagName === first.tagName) {
    open.append(...first.children);
    first.remove();
  }
}
