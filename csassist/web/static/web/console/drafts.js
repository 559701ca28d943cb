// Deciding on a draft of the assistant: approve, edit, reject. Where it is decided says what happens then.

import { byId, phrase } from "./facts.js";
import { onChange } from "./morphing.js";

const canPaint = "highlights" in CSS;

/** `decide({ card, address, fields, words })` carries a decision out; `words` is what was typed and must not be lost. */
export function prepareDrafts(decide) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-approve], [data-begin-edit], [data-cancel-edit], [data-save-edit]");
    if (!button) return;
    const card = cardOf(button);
    if ("approve" in button.dataset) decide({ card, kind: "approved", address: button.dataset.address, fields: fieldsOf(card) });
    else if ("beginEdit" in button.dataset) beginEdit(card);
    else if ("saveEdit" in button.dataset) save(card, decide);
    else endEdit(card);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-edit], [data-reject]")) return;
    event.preventDefault();
    const card = cardOf(event.target);
    if ("edit" in event.target.dataset) send(card, decide);
    else reject(card, event, decide);
  });
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("[data-edit]");
    if (!form || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(cardOf(form), decide);
    else if (event.key === "Escape") endEdit(cardOf(form));
    else return;
    event.preventDefault();
  });
  onChange(paintWeak);
}

const cardOf = (element) => element.closest("[data-draft]");
const fieldsOf = (card) => ({ version: card.dataset.version });

function beginEdit(card) {
  // What somebody types in is not drawn anew under their hands.
  card.dataset.keep = "";
  show(card, true);
  const box = card.querySelector("textarea");
  box.style.height = `${box.scrollHeight + 2}px`;
  box.focus();
}

export function endEdit(card) {
  delete card.dataset.keep;
  show(card, false);
  card.querySelector("[data-begin-edit]")?.focus();
}

function show(card, isEdited) {
  card.querySelector("[data-edit]").hidden = !isEdited;
  card.querySelector("[data-decide]").hidden = card.querySelector(".draft-said").hidden = isEdited;
}

function send(card, decide) {
  const text = card.querySelector("textarea").value.trim();
  if (!text) return;
  decide({ card, kind: "approved", address: card.querySelector("[data-approve]").dataset.address, fields: { ...fieldsOf(card), text }, words: text });
}

function save(card, decide) {
  const text = card.querySelector("textarea").value.trim();
  decide({ card, kind: "edited", address: card.querySelector("[data-begin-edit]").dataset.address, fields: { ...fieldsOf(card), text }, words: text });
}

function reject(card, event, decide) {
  const comment = event.target.elements.comment.value;
  const reason = event.submitter?.value;
  if (!reason) return;
  event.target.closest("[data-menu]").open = false;
  decide({ card, kind: "rejected", address: event.target.dataset.address, fields: { ...fieldsOf(card), reason, comment } });
}

/** Marks weakly supported sentences where they stand, without touching the text. */
function paintWeak() {
  if (!canPaint) return;
  const ranges = [...document.querySelectorAll("[data-weak]")].map(rangeOf).filter(Boolean);
  CSS.highlights.set("weak", new Highlight(...ranges));
}

function rangeOf(line) {
  const walker = document.createTreeWalker(cardOf(line).querySelector(".draft-said"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(line.dataset.weak);
    if (at < 0) continue;
    const range = new Range();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + line.dataset.weak.length);
    return range;
  }
  return null;
}

/** In a conversation: what was decided shows at once, and a refusal leaves the words where they were. */
export function inConversation({ post, form, morph, toast, Refused }) {
  return async ({ card, address, fields, words = "" }) => {
    card.classList.add("is-deciding");
    try {
      const html = await post(address, form(fields));
      delete card.dataset.keep;
      if (card.isConnected) morph(byId("talk"), html);
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      card.classList.remove("is-deciding");
      toast(problem.message, { tone: "danger" });
      if (problem.status !== 409) return;
      if (words) document.dispatchEvent(new CustomEvent("console:rescued", { detail: words }));
      delete card.dataset.keep;
      htmx.trigger(byId("talk"), "refresh");
    }
  };
}

export const decidedWords = (kind) => phrase(`draft_${kind}`);
