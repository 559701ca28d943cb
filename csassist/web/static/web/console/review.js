// The review queue: a decision shows the next draft at once and is carried out behind it.

import { prepareActs } from "./acts.js";
import { decidedWords, endEdit, prepareDrafts } from "./drafts.js";
import { byId, facts, phrase } from "./facts.js";
import { prepareKeyboard } from "./keyboard.js";
import { prepareLive } from "./live.js";
import { prepareMenus } from "./menus.js";
import { changed, morph, prepareMorphing, replace } from "./morphing.js";
import { prepareNews } from "./news.js";
import { preparePalette } from "./palette.js";
import { Refused, form, get, post } from "./server.js";
import { prepareSources } from "./sources.js";
import { prepareTimes } from "./times.js";
import { toast } from "./toasts.js";

const CONVERSATION = /data-conversation="([0-9a-f-]+)"/;
const ahead = new Map();
const decided = new Set();
let queue = facts.queue;
let at = Math.max(queue.indexOf(facts.draft), 0);
let shown = null;

prepareMorphing();
for (const prepare of [prepareActs, prepareMenus, prepareKeyboard, preparePalette, prepareSources, prepareTimes, prepareNews, prepareLive]) prepare();
prepareDrafts(decide);
document.addEventListener("htmx:afterSwap", changed);
document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = facts.csrf;
});
document.addEventListener("click", (event) => {
  const move = event.target.closest("[data-move]");
  if (move) go(at + Number(move.dataset.move));
  const back = event.target.closest("[data-hand-back]");
  if (back) decide({ kind: "handed_back", address: back.dataset.address, fields: {} });
});
document.addEventListener("console:event", ({ detail }) => (detail.kind === "draft" || detail.kind === "message") && renew(detail.conversation));
show();

function go(place) {
  if (!queue.length) return show();
  at = Math.min(Math.max(place, 0), queue.length - 1);
  if (queue[at] !== shown) show();
}

/** Keys never meet a draft that is decided already: what is not there yet is a skeleton. */
async function show() {
  progress();
  if (!queue.length) {
    shown = null;
    return replace(byId("item"), byId("all-done").innerHTML);
  }
  const id = (shown = queue[at]);
  history.replaceState(null, "", `?draft=${id}`);
  if (!ahead.get(id)?.html) replace(byId("item"), byId("case-skeleton").innerHTML);
  try {
    const html = ahead.get(id)?.html ?? (await fetched(id));
    if (shown !== id) return;
    replace(byId("item"), html);
    byId("scroll").scrollTop = byId("scroll").scrollHeight;
    for (const next of [queue[at + 1], queue[at - 1]]) if (next) fetched(next).catch(() => null);
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    toast(problem.message, { tone: "danger" });
  }
}

function fetched(id) {
  if (!ahead.has(id)) {
    const coming = { html: null, conversation: null, promise: get(`${facts.inbox}review/${id}`) };
    ahead.set(id, coming);
    coming.promise.then(
      (html) => Object.assign(coming, { html, conversation: CONVERSATION.exec(html)?.[1] }),
      () => ahead.delete(id),
    );
  }
  return ahead.get(id).promise;
}

/** The decided draft leaves the queue now; if the server says no, it is said where to look. */
async function decide({ kind, card, address, fields, words = "" }) {
  const id = shown;
  const conversation = document.querySelector("#item [data-conversation]").dataset.conversation;
  if (card) endEdit(card);
  ahead.delete(id);
  if (kind !== "edited") {
    decided.add(id);
    queue = queue.filter((one) => one !== id);
    at = Math.min(at, Math.max(queue.length - 1, 0));
    show();
  }
  try {
    await post(address, form(fields));
    toast(decidedWords(kind), { tone: "good" });
    if (kind === "edited" && shown === id) show();
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    decided.delete(id);
    if (words) sessionStorage.setItem(`csassist.console.rescued.${conversation}`, words);
    toast(`${phrase("not_done")} ${problem.message}`, { tone: "danger", address: `${facts.inbox}c/${conversation}` });
    await renewQueue();
  }
}

/** Something changed in a conversation: what was fetched of it is old. */
async function renew(conversation) {
  for (const [id, kept] of ahead) if (!kept.conversation || kept.conversation === conversation) ahead.delete(id);
  await renewQueue();
  const isShown = document.querySelector("#item [data-conversation]")?.dataset.conversation === conversation;
  if (isShown && shown) drawAnew(shown);
}

/** The draft that is read, as it is now: an open menu and a text being edited stay as they are. */
async function drawAnew(id) {
  try {
    const html = await fetched(id);
    if (shown === id) morph(byId("item"), html, { inner: true });
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem; // it was drawn once; the next event asks again
  }
}

async function renewQueue() {
  try {
    const answer = JSON.parse(await get(facts.reviewQueue));
    const fresh = answer.queue.filter((id) => !decided.has(id));
    const wasEmpty = !queue.length;
    // The one that is read stays in its place, though somebody else has decided it: it says so.
    queue = shown && !decided.has(shown) && !fresh.includes(shown) ? [...fresh.slice(0, at), shown, ...fresh.slice(at)] : fresh;
    at = Math.max(shown ? queue.indexOf(shown) : 0, 0);
    if (wasEmpty && queue.length) return show();
    progress();
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem; // the next event asks again
  }
}

function progress() {
  byId("progress").textContent = queue.length ? phrase("progress", { at: at + 1, count: queue.length }) : "";
}
