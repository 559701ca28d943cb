// Being told of what concerns one: at the edge of the page, in its title, and by the browser if one wants it.

import { alertsState, showAlert, switchAlerts } from "./browser_alerts.js";
import { byId, facts, openId, phrase } from "./facts.js";
import { doesAnybodyLook, prepareLooking, tellLookedAt } from "./looking.js";
import { Refused, get, post } from "./server.js";
import { countUnread } from "./title.js";
import { toast } from "./toasts.js";

const MOST_TOASTS_COUNT = 3;
// What is young is told again: see the server's `conversations/news.py`.
const known = new Set(facts.knownAlerts);
let after = facts.newestAlert;
let unseen = [];
let isAsking = false;
let isDue = false;

export function prepareNews() {
  prepareLooking({ onLook: look, onLookedAt: forget });
  const button = byId("notifications");
  button.hidden = alertsState() === "missing";
  showSwitch(button);
  button.addEventListener("click", async () => {
    if ((await switchAlerts()) === "denied") toast(phrase("notifications_denied"), { tone: "danger" });
    showSwitch(button);
  });
}

/** Ask what is new; several events at once are one question. */
export async function tellNews() {
  isDue = true;
  if (isAsking) return;
  isAsking = true;
  try {
    while (isDue) {
      isDue = false;
      const answer = JSON.parse(await get(`${facts.news}?after=${after}`));
      after = Math.max(after, answer.after);
      await tell(answer.news.filter(({ id }) => !known.has(id)));
    }
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem; // what cannot be asked now is asked with the next event
  } finally {
    isAsking = false;
  }
}

async function tell(fresh) {
  for (const { id } of fresh) known.add(id);
  unseen.push(...fresh);
  if (!document.hidden) return look();
  countUnread(unseen.length);
  if (await doesAnybodyLook()) return;
  for (const news of fresh) showAlert(news.who || news.words, { body: news.words, tag: `alert-${news.id}`, open: () => location.assign(news.address) });
}

/** Somebody is before this page: what waited for them is shown now, and needs no mail. */
function look() {
  const shown = unseen;
  forget(shown.map(({ id }) => id));
  if (!shown.length) return;
  const elsewhere = shown.filter(({ conversation }) => !conversation || conversation !== openId());
  for (const news of elsewhere.slice(-MOST_TOASTS_COUNT)) toast(news.who ? `${news.who}: ${news.words}` : news.words, { address: news.address });
  report(shown.map(({ id }) => id));
}

function forget(ids) {
  for (const id of ids) known.add(id);
  unseen = unseen.filter(({ id }) => !ids.includes(id));
  countUnread(unseen.length);
}

async function report(ids) {
  tellLookedAt(ids);
  try {
    await post(facts.lookedAt, { alert: ids });
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem; // then they come by mail as well
  }
}

function showSwitch(button) {
  button.setAttribute("aria-pressed", String(alertsState() === "on"));
}
