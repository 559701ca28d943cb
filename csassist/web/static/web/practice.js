/* What the practised conversation gains with scripts: nothing is loaded anew, and what was written is never lost. */
import { trusted } from "./js/trusted.js";

const desk = document.getElementById("desk");
const text = document.getElementById("text");
const talk = document.getElementById("talk");
const results = document.getElementById("results");
const problem = document.getElementById("problem");
const send = document.getElementById("send");
let sending = false;
let searches = 0;

async function ask(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, { ...options, headers: { "X-Part": "1" }, credentials: "same-origin" });
  } catch {
    throw new Error(desk.dataset.unreachable);
  }
  const body = await answer.text();
  const isWords = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
  if (!answer.ok) throw new Error(isWords ? body : desk.dataset.unreachable);
  return body;
}

function show(place, html) {
  /* Our own server rendered it, with every text escaped. */
  place.replaceChildren(document.createRange().createContextualFragment(trusted(html)));
}

function toEnd() {
  const frame = document.getElementById("frame");
  frame.scrollTop = frame.scrollHeight;
}

function line(kind, words) {
  const item = document.createElement("li");
  const said = document.createElement("p");
  item.className = `line ${kind}`;
  said.className = "said";
  said.textContent = words;
  item.append(said);
  document.getElementById("lines").append(item);
  return item;
}

function tell(words) {
  problem.textContent = words;
  text.toggleAttribute("aria-invalid", false);
}

async function say() {
  const written = text.value.trim();
  if (sending || !written) {
    text.focus();
    return;
  }
  const form = new FormData(desk);
  form.set("act", "say");
  sending = true;
  send.setAttribute("aria-disabled", "true");
  tell("");
  const name = talk.querySelector(".theirs .who [lang]")?.textContent ?? "";
  const hopeful = [line("mine", written), line("theirs waiting", `${name} ${desk.dataset.writing}`)];
  toEnd();
  try {
    show(talk, await ask(desk.action, { method: "POST", body: form }));
    text.value = "";
    for (const box of results.querySelectorAll("input:checked")) box.checked = false;
  } catch (error) {
    for (const item of hopeful) item.remove();
    tell(error.message);
    await refresh();
  } finally {
    sending = false;
    send.removeAttribute("aria-disabled");
  }
  toEnd();
  const ended = document.getElementById("to-feedback");
  if (ended) close(ended);
  else text.focus();
}

/* Another tab may have answered: show where it stands, and keep what was written. */
async function refresh() {
  try {
    show(talk, await ask(desk.dataset.here));
  } catch {
    /* The problem that led here is on the page already. */
  }
}

function close(link) {
  document.querySelector(".composer").hidden = true;
  document.querySelector(".talk-head button").hidden = true;
  link.focus();
}

function skeleton() {
  const said = document.createElement("p");
  said.className = "hidden-words";
  said.textContent = desk.dataset.searching;
  const rows = [1, 2, 3].map(() => Object.assign(document.createElement("div"), { className: "skeleton" }));
  const kept = [...results.querySelectorAll("input:checked")].map((box) => box.closest(".hit"));
  results.replaceChildren(said, ...kept, ...rows);
}

async function search() {
  const query = new URLSearchParams({ q: document.getElementById("q").value });
  for (const box of results.querySelectorAll("input:checked")) query.append("cite", box.value);
  const number = ++searches;
  const before = [...results.childNodes];
  skeleton();
  try {
    const html = await ask(`${desk.dataset.search}?${query}`);
    if (number === searches) show(results, html);
  } catch (error) {
    if (number === searches) results.replaceChildren(...before);
    tell(error.message);
  }
}

desk.addEventListener("submit", (event) => {
  const wanted = event.submitter?.value ?? "say";
  if (wanted === "end") return;
  event.preventDefault();
  if (wanted === "search") search();
  else say();
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
    event.preventDefault();
    say();
  }
});
document.getElementById("q").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    search();
  }
});
toEnd();
