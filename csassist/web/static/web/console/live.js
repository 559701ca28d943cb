// What others do, within a second: only the parts that show what changed are drawn anew.
//
// A part says itself what it shows: `data-live` lists kinds of events, and htmx knows where it comes from.

import { byId, facts, phrase } from "./facts.js";
import { tellNews } from "./news.js";
import { SharedStream } from "./stream.js";

const TOGETHER_MILLISECONDS = 80;
// A list of a busy team changes all the time: it is drawn this often at most.
const LIST_PAUSE_MILLISECONDS = 600;
const SHOW_BANNER_AFTER_MILLISECONDS = 1_500;

let bannerTimer = null;
const due = new Set();
const drawnAt = new Map();

export function prepareLive() {
  const stream = new SharedStream({ address: facts.events, after: facts.newestEvent, onEvent: heard, onState: showState, mayFollow });
  stream.begin();
  window.addEventListener("offline", () => showBanner(phrase("offline")));
  window.addEventListener("online", () => stream.connectAgain());
}

function heard({ kind, data: { conversation, user } }) {
  if (kind === "stale") {
    for (const part of document.querySelectorAll("[data-live]")) drawAnew(part);
    tellNews();
    return;
  }
  for (const part of document.querySelectorAll(`[data-live~="${kind}"]`)) {
    const shown = part.closest("[data-conversation]")?.dataset.conversation;
    if (!shown || shown === conversation) drawAnew(part);
  }
  document.dispatchEvent(new CustomEvent("console:event", { detail: { kind, conversation, user } }));
  if (kind === "alert" && (user === null || user === facts.me)) tellNews();
}

/** Soon, once for all that happens until then. */
function drawAnew(part) {
  const key = part.id;
  if (due.has(key)) return;
  due.add(key);
  const isOfCase = part.closest("[data-conversation]") !== null;
  const pause = isOfCase ? 0 : LIST_PAUSE_MILLISECONDS - (performance.now() - (drawnAt.get(key) ?? -Infinity));
  setTimeout(() => {
    due.delete(key);
    drawnAt.set(key, performance.now());
    const now = byId(key);
    if (now) htmx.trigger(now, "refresh");
  }, Math.max(TOGETHER_MILLISECONDS, pause));
}

/** Whether the session goes on; one that is over leads to signing in again. */
async function mayFollow() {
  const answer = await fetch(facts.news, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.status !== 401) return true;
  location.assign(answer.headers.get("HX-Redirect"));
  return false;
}

function showState(state) {
  clearTimeout(bannerTimer);
  if (state === "lost") bannerTimer = setTimeout(() => showBanner(phrase(navigator.onLine ? "reconnecting" : "offline")), SHOW_BANNER_AFTER_MILLISECONDS);
  else if (navigator.onLine) byId("banner").hidden = true;
}

function showBanner(words) {
  const banner = byId("banner");
  banner.textContent = words;
  banner.hidden = false;
}
