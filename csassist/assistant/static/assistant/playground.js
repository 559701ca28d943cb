/*
 * Shows a trial while it goes on: stages, sentences as they are released, then each side's whole result.
 *
 * The form is sent by fetch, because a model is asked only by POST and an EventSource cannot post. Without this file
 * the form is sent as any other and its result is the next page.
 */

const form = document.querySelector("form[data-stream]");
const page = form?.closest(".playground");
const part = (name) => page.querySelector(`[data-${name}]`);
let reading = null;

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tryIt();
  });
  part("stop").addEventListener("click", () => reading?.abort());
  window.addEventListener("pagehide", () => reading?.abort());
}

async function tryIt() {
  reading?.abort();
  const mine = (reading = new AbortController());
  start();
  let end = "lost";
  try {
    end = await receive(await send(mine.signal));
  } catch (problem) {
    end = mine.signal.aborted ? "stopped" : "lost";
    if (!mine.signal.aborted && problem.name !== "TypeError" && !(problem instanceof Refused)) throw problem;
    if (problem instanceof Refused) end = problem.message;
  } finally {
    if (reading === mine) finish(end);
  }
}

class Refused extends Error {}

async function send(signal) {
  const answer = await fetch(form.dataset.stream, { method: "POST", body: new FormData(form), signal });
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => null);
  throw new Refused(told?.errors?.join(" ") || word("lost"));
}

/** Reads to the end; "done" when the server said so, else its message, else "lost". */
async function receive(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let last = "lost";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return last;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) last = take(block) ?? last;
  }
}

function take(block) {
  const fields = Object.fromEntries(block.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
  if (!fields.event) return null;
  const told = JSON.parse(fields.data);
  if (fields.event === "status") stage(told.side, told.stage);
  if (fields.event === "sentence") sentence(told);
  if (fields.event === "result") place(told.side).innerHTML = told.html; // our own server's template, escaped there
  if (fields.event === "failed") return told.message;
  return fields.event === "end" ? "done" : null;
}

function start() {
  part("problem").hidden = true;
  part("results").replaceChildren();
  part("stop").hidden = false;
  page.setAttribute("aria-busy", "true");
  say(word("waiting"));
}

function finish(end) {
  part("stop").hidden = true;
  page.removeAttribute("aria-busy");
  for (const waiting of page.querySelectorAll("[data-stage]")) waiting.textContent = word(end) || "";
  say(word(end) || end);
  if (end === "done" || end === "stopped") return;
  const problem = part("problem");
  problem.textContent = word(end) || end;
  problem.hidden = false;
}

function stage(side, name) {
  place(side).querySelector("[data-stage]").textContent = word(name) || name;
  say(word(name) || name);
}

function sentence(told) {
  const answer = place(told.side).querySelector("[data-answer]");
  const box = document.createElement("div");
  box.innerHTML = told.html; // rendered by the server's one function for message text
  answer.append(box);
}

/** The region of a side, made when something is first heard of it. */
function place(side) {
  const known = part("results").querySelector(`[data-side="${side}"]`);
  if (known) return known;
  const made = part("live-side").content.firstElementChild.cloneNode(true);
  made.dataset.side = side;
  const compares = form.elements.namedItem("compare")?.checked;
  made.querySelector("[data-name]").textContent = compares ? "AB"[side] : "";
  const isFirst = !part("results").children.length;
  part("results").append(made);
  if (isFirst) part("results").scrollIntoView({ block: "start" });
  return made;
}

function say(text) {
  part("said").textContent = text;
}

function word(name) {
  const term = [...part("words").querySelectorAll("dt")].find((one) => one.textContent === name);
  return term?.nextElementSibling.textContent;
}
