// The copilot's side of the composer: what its buttons put there, and what is typed for the live suggestions.
//
// It listens on the document, because the panels are loaded after the page and again and again. Whoever stores citations
// with a reply listens to `copilot:cite` and calls preventDefault; else the quoted words go in as text.

const TYPED_AFTER_MILLISECONDS = 600;
const composerBox = () => document.querySelector("#composer textarea");

document.addEventListener("click", (event) => {
  const cite = event.target.closest("[data-copilot-cite]");
  const use = event.target.closest("[data-copilot-use]");
  const replace = event.target.closest("[data-copilot-replace]");
  if (cite) insertCitation(cite);
  else if (use) insert(use.dataset.text);
  else if (replace) put(replace.dataset.text);
});

// The text to reword is what stands in the composer at that moment.
document.addEventListener("submit", takeText, true);

let typing = null;

document.addEventListener("input", (event) => {
  if (event.target !== composerBox()) return;
  clearTimeout(typing);
  typing = setTimeout(searchTyped, TYPED_AFTER_MILLISECONDS);
});

function takeText(event) {
  if (!event.target.matches("[data-copilot-reword]")) return;
  event.target.elements.text.value = composerBox()?.value ?? "";
}

function searchTyped() {
  const list = document.querySelector("[data-copilot-found]");
  const words = document.getElementById("copilot-typed-text");
  const text = composerBox()?.value.trim() ?? "";
  if (!list || !words || list.closest("[hidden]") || words.value === text) return;
  words.value = text;
  list.dispatchEvent(new CustomEvent("typed"));
}

function insertCitation({ dataset: { passage, start, end, title, quote } }) {
  const detail = { passage, start: Number(start), end: Number(end), title, quote };
  const event = new CustomEvent("copilot:cite", { detail, bubbles: true, cancelable: true });
  if (document.dispatchEvent(event)) insert(`“${quote}” (${title})`);
}

/** At the end of what is written; nothing that the agent wrote is lost. */
function insert(text) {
  const box = composerBox();
  if (box) put(box.value.trim() ? `${box.value.trimEnd()}\n\n${text}` : text);
}

function put(text) {
  const box = composerBox();
  if (!box) return;
  box.focus();
  box.setSelectionRange(0, box.value.length);
  // Kept in the browser's own history of the box, so that Ctrl+Z brings back what stood there.
  if (!document.execCommand("insertText", false, text)) box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
