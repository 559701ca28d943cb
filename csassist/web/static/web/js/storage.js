// What this tab remembers across a reload. Without storage it is remembered as long as the page lives.

const PREFIX = "csassist.";

/** The stored text, or nothing when there is none. */
export function recall(name) {
  try {
    return sessionStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name, text) {
  try {
    sessionStorage.setItem(PREFIX + name, text);
  } catch {
    // Storage is full or switched off.
  }
}
