// Notifications of the browser: asked for on a click and never by themselves, shown without a sound.

const WANTED = "csassist.console.notifications";

/** "on", "off", "denied" by the browser, or "missing" from it. */
export function alertsState() {
  if (!("Notification" in window)) return "missing";
  if (Notification.permission === "denied") return "denied";
  return Notification.permission === "granted" && isChosen() ? "on" : "off";
}

/** On becomes off, and off on when the browser's question is answered with yes; the state it leads to. */
export async function switchAlerts() {
  const isWanted = alertsState() !== "on" && (await Notification.requestPermission()) === "granted";
  try {
    localStorage.setItem(WANTED, isWanted ? "yes" : "no");
  } catch {
    // Storage is switched off: nobody is told by the browser.
  }
  return alertsState();
}

/** A click on it brings this page to the front, and then calls `open`. */
export function showAlert(title, { body, tag, open }) {
  if (alertsState() !== "on") return;
  let shown;
  try {
    shown = new Notification(title, { body, tag, silent: true });
  } catch (problem) {
    if (problem instanceof TypeError) return; // browsers of telephones show none for a page
    throw problem;
  }
  shown.addEventListener("click", () => {
    window.focus();
    shown.close();
    open();
  });
}

function isChosen() {
  try {
    return localStorage.getItem(WANTED) === "yes";
  } catch {
    return false;
  }
}
