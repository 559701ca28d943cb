// Times as a list needs them, kept up to date, in the reader's own zone; the exact one on hover.

import { locale, phrase } from "./facts.js";
import { onChange } from "./morphing.js";

const exact = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const EVERY_MILLISECONDS = 20_000;

export function prepareTimes() {
  onChange(tell);
  setInterval(tell, EVERY_MILLISECONDS);
  tell();
}

function tell() {
  const now = Date.now();
  for (const element of document.querySelectorAll("time[datetime]")) {
    const date = new Date(element.dateTime);
    const words = spoken(element, date, now);
    if (words !== null && element.textContent !== words) element.textContent = words;
    const title = exact.format(date);
    if (element.title !== title) element.title = title;
  }
}

function spoken(element, date, now) {
  if ("ago" in element.dataset) return age((now - date) / 1_000);
  if ("until" in element.dataset) return age((date - now) / 1_000);
  if ("clock" in element.dataset) return now - date < 12 * 3_600_000 ? clock.format(date) : day.format(date);
  return null;
}

function age(seconds) {
  if (seconds < 60) return phrase("now");
  if (seconds < 3_600) return phrase("minutes", { count: Math.floor(seconds / 60) });
  if (seconds < 86_400) return phrase("hours", { count: Math.floor(seconds / 3_600) });
  return phrase("days", { count: Math.floor(seconds / 86_400) });
}
