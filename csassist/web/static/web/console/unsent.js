// What was written and not sent, kept in this browser for each conversation until it is sent or a few days old.

const PREFIX = "csassist.console.unsent.";
const KEPT_MILLISECONDS = 3 * 24 * 3_600_000;

export function recallDraft(id) {
  return read(PREFIX + id) ?? { text: "", isNote: false };
}

export function rememberDraft(id, { text, isNote, cites }) {
  if (!text) return forgetDraft(id);
  try {
    localStorage.setItem(PREFIX + id, JSON.stringify({ text, isNote, cites, at: Date.now() }));
  } catch {
    // Storage is full or switched off: it is kept as long as the page lives.
  }
}

export function forgetDraft(id) {
  try {
    localStorage.removeItem(PREFIX + id);
  } catch {
    // Nothing was kept.
  }
}

/** Drafts that nobody came back to do not stay on the machine. */
export function forgetOldDrafts() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && !(Date.now() - (read(key)?.at ?? 0) < KEPT_MILLISECONDS)) localStorage.removeItem(key);
    }
  } catch {
    // Nothing was kept.
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}
