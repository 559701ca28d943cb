// The event stream of one conversation: never loses an event, never hands one on twice, says when it is cut.

import { eventsAddress, readConversation } from "./api.js";

const EVENT_TYPES = [
  "message", "status", "sentence", "reset", "done", "person_requested", "identity_proven", "owner", "closed", "survey",
];
const FIRST_WAIT_MILLISECONDS = 1_000;
const LONGEST_WAIT_MILLISECONDS = 20_000;

export class EventFollower {
  /**
   * `onEvent(type, payload)` gets every event once and in order; `onState` gets "open", "reconnecting", "offline" or
   * "gone". The browser resumes a broken connection with Last-Event-ID itself; when it gives up, we start again with `?after=`.
   */
  constructor(conversationId, { onEvent, onState }) {
    Object.assign(this, { conversationId, onEvent, onState, lastSeq: 0, waitMilliseconds: FIRST_WAIT_MILLISECONDS });
    window.addEventListener("online", () => this.restart());
    window.addEventListener("offline", () => this.onState("offline"));
    window.addEventListener("pagehide", () => this.source?.close());
    window.addEventListener("pageshow", (event) => event.persisted && this.restart());
    this.open();
  }

  open() {
    this.source = new EventSource(eventsAddress(this.conversationId, this.lastSeq));
    this.source.onopen = () => {
      this.waitMilliseconds = FIRST_WAIT_MILLISECONDS;
      this.onState("open");
    };
    this.source.onerror = () => this.broken();
    for (const type of EVENT_TYPES) this.source.addEventListener(type, (event) => this.receive(type, event));
  }

  receive(type, event) {
    // The connection's own trouble is also an "error" event, but only a server event carries data.
    const seq = Number(event.lastEventId);
    if (seq && seq <= this.lastSeq) return;
    this.lastSeq = seq || this.lastSeq;
    this.onEvent(type, JSON.parse(event.data));
  }

  broken() {
    this.onState(navigator.onLine ? "reconnecting" : "offline");
    if (this.source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.openUnlessGone(), this.waitMilliseconds);
    this.waitMilliseconds = Math.min(this.waitMilliseconds * 2, LONGEST_WAIT_MILLISECONDS);
  }

  async openUnlessGone() {
    try {
      await readConversation(this.conversationId);
    } catch (problem) {
      if (problem.status === 404 || problem.status === 403) return this.onState("gone");
      if (problem.code === "network" || problem.status >= 500) return this.broken();
    }
    this.open();
  }

  restart() {
    clearTimeout(this.timer);
    this.source?.close();
    this.open();
  }
}
