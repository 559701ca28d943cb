// Times as people say them, the exact one on hover, both in the reader's zone and language.

import { el } from "./dom.js";
import { locale, phrase } from "./phrases.js";

const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric" });
const shown = new Set();
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

/** A <time> that says "5 minutes ago", then the clock, then the date. */
export function timeElement(moment) {
  const date = new Date(moment);
  const element = el("time", { dateTime: date.toISOString(), title: exact.format(date), textContent: spoken(date) });
  shown.add(element);
  return element;
}

function spoken(date) {
  const minutes = Math.round((Date.now() - date.getTime()) / 60_000);
  if (minutes < 1) return phrase("just_now");
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (minutes < 12 * 60) return clock.format(date);
  return date.getFullYear() === new Date().getFullYear() ? day.format(date) : exact.format(date);
}

setInterval(() => {
  for (const element of shown) {
    if (!element.isConnected) shown.delete(element);
    const words = spoken(new Date(element.dateTime));
    if (element.textContent !== words) element.textContent = words;
  }
}, 30_000);
