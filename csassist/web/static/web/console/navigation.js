// Going from conversation to conversation and from queue to queue without loading the page anew.
//
// What is likely to be opened next is fetched ahead: the row under the pointer and the rows beside the cursor. Every
// view has an address of its own, so that Back, a reload and a shared link lead to the same thing.

import { byId, facts, openCase, openId } from "./facts.js";
import { escapes } from "./keyboard.js";
import { changed, replace } from "./morphing.js";
import { Refused, get } from "./server.js";
import { toEnd } from "./talk.js";
import { plainTitle, setTitle } from "./title.js";
import { toast } from "./toasts.js";

const FRESH_MILLISECONDS = 15_000;
const SKELETON_AFTER_MILLISECONDS = 60;
const MOST_KEPT_COUNT = 12;
const ahead = new Map();
let opening = null;

export function prepareNavigation() {
  escapes.push(() => openId() !== null && (showList(), true));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[data-open], a[data-queue], a[data-back], a.toast");
    if (!link || !byId("rows")) return;
    event.preventDefault();
    if ("back" in link.dataset) showList();
    else go(link.href);
  });
  document.addEventListener("pointerover", (event) => lookAhead(event.target.closest?.("a[data-open]")));
  document.addEventListener("focusin", (event) => lookAhead(event.target.closest?.("a[data-open]")));
  document.addEventListener("console:event", ({ detail }) => ahead.delete(detail.conversation));
  document.addEventListener("submit", submitted);
  window.addEventListener("popstate", () => route(location.href, { push: false }));
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    detail.headers["X-CSRFToken"] = facts.csrf;
    if (detail.elt.id === "rows") detail.parameters.set?.("extent", rowsCount());
  });
  markOpen();
}

/** Opens the view of an address of the console. */
function go(address) {
  route(new URL(address, location.href).href, { push: true });
}

/** The rows the list has now, so that drawing it anew keeps them all. */
function rowsCount() {
  return String(Math.max(document.querySelectorAll("a.row").length, 30));
}

async function route(address, { push }) {
  const url = new URL(address);
  const id = /\/c\/([0-9a-f-]{36})$/.exec(url.pathname)?.[1] ?? null;
  const query = url.search.slice(1) || (id ? byId("rows").dataset.listQuery : "queue=mine");
  if (push) history.pushState(null, "", id ? `${url.pathname}?${query}` : `${url.pathname}?${query}`);
  const list = query === byId("rows").dataset.listQuery ? null : openList(query);
  if (id) await openConversation(id);
  else closeConversation();
  await list;
}

async function openList(query) {
  for (const link of document.querySelectorAll("a[data-queue]")) {
    const isCurrent = new URL(link.href).search.slice(1) === query;
    if (isCurrent) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId("rows").classList.add("is-loading");
  await shown(async () => {
    replace(byId("list"), await get(`${facts.list}?${query}`));
    byId("queues").setAttribute("hx-get", `${facts.queues}?${query}`);
    markOpen();
  });
}

async function openConversation(id) {
  byId("console").dataset.shows = "conversation";
  if (id === openId()) return;
  opening?.abort();
  const mine = (opening = new AbortController());
  markOpen(id);
  const skeleton = setTimeout(() => replace(byId("conversation"), byId("case-skeleton").innerHTML), SKELETON_AFTER_MILLISECONDS);
  await shown(async () => {
    const html = await fetched(id, mine.signal);
    clearTimeout(skeleton);
    if (mine.signal.aborted) return;
    ahead.delete(id);
    document.dispatchEvent(new Event("console:leaving"));
    replace(byId("conversation"), html);
    setTitle(`${openCase().dataset.customer} · ${plainTitle().split(" · ").at(-1)}`);
    toEnd();
    document.dispatchEvent(new Event("console:opened"));
    openCase().focus({ preventScroll: true });
  });
  clearTimeout(skeleton);
}

function showList() {
  go(`${facts.inbox}?${byId("rows").dataset.listQuery}`);
}

function closeConversation() {
  byId("console").dataset.shows = "list";
  opening?.abort();
  if (!openId()) return;
  document.dispatchEvent(new Event("console:leaving"));
  const row = document.querySelector(`a.row[data-open="${openId()}"]`);
  replace(byId("conversation"), byId("nothing-open").innerHTML);
  markOpen();
  row?.focus();
}

/** Marks the row of the conversation that is open, or about to be. */
export function markOpen(id = openId()) {
  for (const row of document.querySelectorAll("a.row")) {
    if (row.dataset.open === id) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  const row = id && document.querySelector(`a.row.is-unread[data-open="${id}"]`);
  row?.classList.remove("is-unread");
  for (const sign of row?.querySelectorAll(".dot, .dot + .hidden-words") ?? []) sign.remove();
}

function lookAhead(link) {
  const id = link?.dataset.open;
  if (!id || id === openId() || isFresh(ahead.get(id))) return;
  ahead.set(id, { at: performance.now(), html: get(address(id, "?ahead")) });
  ahead.get(id).html.catch(() => ahead.delete(id));
  if (ahead.size > MOST_KEPT_COUNT) ahead.delete(ahead.keys().next().value);
}

function fetched(id, signal) {
  const kept = ahead.get(id);
  return isFresh(kept) ? kept.html : get(address(id), { signal });
}

function isFresh(kept) {
  return kept !== undefined && performance.now() - kept.at < FRESH_MILLISECONDS;
}

function address(id, query = "") {
  return `${facts.inbox}c/${id}/column${query}`;
}

/** Searching and filtering are forms whose address is that of the list they ask for. */
function submitted(event) {
  if (!byId("rows") || !event.target.matches("#search-form, [data-filters]")) return;
  event.preventDefault();
  const fields = [...new FormData(event.target)].filter(([, value]) => value);
  event.target.closest("[data-menu]")?.removeAttribute("open");
  go(`${facts.inbox}?${new URLSearchParams(fields)}`);
}

async function shown(show) {
  try {
    await show();
  } catch (problem) {
    if (problem.name === "AbortError") return;
    if (!(problem instanceof Refused)) throw problem;
    toast(problem.message, { tone: "danger" });
    if (problem.status === 404) closeConversation();
  } finally {
    byId("rows")?.classList.remove("is-loading");
    changed();
  }
}
