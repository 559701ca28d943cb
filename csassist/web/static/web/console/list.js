// The list: a cursor moved by keys, and rows chosen for one act on all of them.

import { byId, phrase } from "./facts.js";
import { acts, escapes, keys } from "./keyboard.js";
import { markOpen } from "./navigation.js";
import { onChange } from "./morphing.js";
import { Refused, form, post } from "./server.js";
import { toast } from "./toasts.js";

let lastChecked = null;

export function prepareList() {
  keys.set("j", () => move(1)).set("k", () => move(-1)).set("v", choose);
  acts.set("clear-selection", clearChosen);
  escapes.push(() => chosen().length > 0 && (clearChosen(), true));
  document.addEventListener("click", (event) => event.target.matches(".row-check") && checked(event));
  document.addEventListener("submit", (event) => event.target.id === "bulk" && doAll(event));
  onChange(() => {
    markOpen();
    showChosen();
  });
}

const rows = () => [...document.querySelectorAll("a.row")];

/** Moves the cursor by so many rows; it begins at the conversation that is open. */
function move(steps) {
  const all = rows();
  if (!all.length) return;
  const current = all.indexOf(document.activeElement.closest("a.row") ?? document.querySelector("a.row[aria-current]"));
  const next = all[Math.min(Math.max(current + steps, 0), all.length - 1)];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** Chooses the row under the cursor, or lets it go. */
function choose() {
  const row = document.activeElement.closest("a.row") ?? document.querySelector("a.row[aria-current]");
  row?.closest("li").querySelector(".row-check")?.click();
}

function clearChosen() {
  for (const box of chosen()) box.checked = false;
  showChosen();
}

function chosen() {
  return [...document.querySelectorAll(".row-check:checked")];
}

/** With Shift, everything between this box and the one before it too. */
function checked(event) {
  const boxes = [...document.querySelectorAll(".row-check")];
  const [from, to] = [boxes.indexOf(lastChecked), boxes.indexOf(event.target)].sort((a, b) => a - b);
  if (event.shiftKey && from >= 0) for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
  lastChecked = event.target;
  showChosen();
}

function showChosen() {
  const bar = byId("bulk");
  if (!bar) return;
  const count = chosen().length;
  bar.hidden = count === 0;
  const words = phrase("chosen", { count });
  if (count && byId("bulk-count").textContent !== words) byId("bulk-count").textContent = words;
}

async function doAll(event) {
  event.preventDefault();
  const [act, ...value] = byId("bulk-act").value.split(" ");
  if (!act) return byId("bulk-act").focus();
  const ids = chosen().map((box) => box.value);
  if (act === "close") for (const box of chosen()) box.closest("li").classList.add("is-going");
  try {
    toast(await post(event.target.action, form({ act, value: value.join(" "), c: ids })), { tone: "good" });
    clearChosen();
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    for (const row of document.querySelectorAll(".is-going")) row.classList.remove("is-going");
    toast(problem.message, { tone: "danger" });
  }
  htmx.trigger(byId("rows"), "refresh");
  htmx.trigger(byId("queues"), "refresh");
}
