// What the customer has not read yet: the server counts it for all their conversations and keeps the marks, so every tab,
// reload and device knows the same. Asked once a minute while the page can be seen, and when something was said.

import { markRead, readUnread } from "./api.js";
import { el } from "./dom.js";
import { phrase } from "./phrases.js";
import { Problem } from "./problem.js";
import { root } from "./root.js";

const EVERY_MILLISECONDS = 60_000;
const OFTEN_MILLISECONDS = 4_000;
const SOON_MILLISECONDS = 300;

export class Unread {
  /** `isReading()` says whether the open conversation is in view; `onCount(total, byConversation)` gets what is unread. */
  constructor({ isReading, onCount, signal }) {
    Object.assign(this, { isReading, onCount, signal, newest: null, marked: "", dueUntil: 0 });
    document.addEventListener("visibilitychange", () => this.soon(), { signal });
    window.addEventListener("online", () => this.soon(), { signal });
    signal?.addEventListener("abort", () => clearTimeout(this.timer));
    this.soon();
  }

  /** The open conversation was changed. While an answer `isDue` in the one before, it is asked for more often. */
  moved(isDue = false) {
    this.newest = null;
    this.dueUntil = isDue ? Date.now() + EVERY_MILLISECONDS : 0;
    this.soon();
  }

  /** A message came on the stream, new or replayed. */
  noticed(conversation, { id, author }) {
    if (author !== "assistant" && author !== "agent") return;
    this.newest = { conversation, id };
    this.soon();
  }

  soon() {
    if (this.signal?.aborted) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.catchUp(), SOON_MILLISECONDS);
  }

  async catchUp() {
    const { newest } = this;
    const isSeen = newest !== null && newest.id !== this.marked && this.isReading();
    try {
      const found = isSeen ? await markRead(newest.conversation, newest.id) : await readUnread();
      if (isSeen) this.marked = newest.id;
      if (this.signal?.aborted) return;
      showMarks(found.conversations);
      this.onCount(found.unread, found.conversations);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem; // asked again below
    }
    clearTimeout(this.timer);
    if (newest !== this.newest) this.soon();
    else if (!document.hidden && !this.signal?.aborted) this.timer = setTimeout(() => this.catchUp(), Date.now() < this.dueUntil ? OFTEN_MILLISECONDS : EVERY_MILLISECONDS);
  }
}

/** The count beside a conversation in a list. */
export function unreadMark({ id, unread }) {
  const mark = el("span", { className: "unread-mark", attributes: { "data-unread-in": id } });
  fill(mark, unread);
  return mark;
}

function showMarks(counts) {
  for (const mark of root.querySelectorAll("[data-unread-in]")) fill(mark, counts[mark.dataset.unreadIn] ?? 0);
}

function fill(mark, count) {
  mark.hidden = !count;
  mark.replaceChildren(el("span", { attributes: { "aria-hidden": "true" } }, String(count)), el("span", { className: "hidden-words" }, phrase("unread", { count })));
}
