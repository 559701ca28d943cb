// What this browser remembers on the host page, also in other tabs: apart for a visitor and for a signed-in customer.

export const recall = (name) => page.session.recall(name);
export const remember = (name, text) => page.session.remember(name, text);

const AT_ONCE_MILLISECONDS = 20;
const SEEN_MILLISECONDS = 100;
const OPEN = `${page.session.prefix}open`;

/** Whether the panel was open in this tab before the page was loaded again. */
export function wasOpen() {
  try {
    return sessionStorage.getItem(OPEN) === "yes";
  } catch {
    return false;
  }
}

export function keepOpen(isOpen) {
  try {
    sessionStorage.setItem(OPEN, isOpen ? "yes" : "no");
  } catch {
    // Without storage the panel is closed after a reload.
  }
}

/** Lets one tab at a time send, where the browser can tell tabs apart. */
export async function exclusively(work) {
  if (!navigator.locks) return work();
  const asked = performance.now();
  return navigator.locks.request(`${page.session.prefix}sending`, async () => {
    // What the tab before us has stored may be seen here a moment later than that it has finished.
    if (performance.now() - asked > AT_ONCE_MILLISECONDS) await new Promise((go) => setTimeout(go, SEEN_MILLISECONDS));
    return work();
  });
}
