// Whether somebody looks at any page of the console in this browser, and what the pages tell one another of it.

const NAME = "csassist.console.looking";
const channel = "BroadcastChannel" in window ? new BroadcastChannel(NAME) : null;

/** `onLook()` whenever this page comes to the front; `onLookedAt(ids)` when another one has shown these alerts. */
export function prepareLooking({ onLook, onLookedAt }) {
  hold();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    hold();
    onLook();
  });
  channel?.addEventListener("message", ({ data }) => onLookedAt(data));
}

export const tellLookedAt = (ids) => channel?.postMessage(ids);

/** Whether any page is in front. Without locks, this one alone is known. */
export async function doesAnybodyLook() {
  if (!document.hidden || !navigator.locks) return !document.hidden;
  return (await navigator.locks.query()).held.some(({ name }) => name === NAME);
}

/** A lock that all pages in front share, held until this one is hidden; a page that is gone holds none. */
function hold() {
  if (document.hidden || !navigator.locks) return;
  navigator.locks.request(NAME, { mode: "shared" }, () => document.hidden || new Promise((done) => document.addEventListener("visibilitychange", done, { once: true })));
}
