// The event stream of one conversation, read by fetch because an EventSource cannot carry a token in a header.

import { openEvents } from "./api.js";

const FIRST_WAIT_MILLISECONDS = 1_000;
const LONGEST_WAIT_MILLISECONDS = 20_000;
// The server gives a sign of life every ten seconds.
const LONGEST_SILENCE_MILLISECONDS = 40_000;

export class EventFollower {
  /**
   * `onEvent(type, payload)` gets every event once and in order; `onState` gets "open", "reconnecting", "offline" or
   * "gone". A broken connection goes on after the last event that was received.
   */
  constructor(conversationId, { onEvent, onState }) {
    Object.assign(this, { conversationId, onEvent, onState, lastSeq: 0, waitMilliseconds: FIRST_WAIT_MILLISECONDS });
    this.ended = new AbortController();
    const { signal } = this.ended;
    window.addEventListener("online", () => this.restart(), { signal });
    window.addEventListener("offline", () => this.onState("offline"), { signal });
    window.addEventListener("pageshow", (event) => event.persisted && this.restart(), { signal });
    this.restart();
  }

  close() {
    this.ended.abort();
    this.connection?.abort();
    clearTimeout(this.timer);
  }

  restart() {
    this.connection?.abort();
    clearTimeout(this.timer);
    this.open();
  }

  async open() {
    const connection = new AbortController();
    this.connection = connection;
    try {
      const answer = await openEvents(this.conversationId, this.lastSeq, connection.signal);
      if (answer.status === 401 && !(await page.renew())) return;
      if (answer.status === 404) return this.onState("gone");
      if (answer.ok) await this.read(answer, connection);
    } catch {
      // Cut off, or never reached: both are tried again below.
    }
    if (connection === this.connection && !this.ended.signal.aborted) this.broken();
  }

  async read(answer, connection) {
    this.waitMilliseconds = FIRST_WAIT_MILLISECONDS;
    this.onState("open");
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const silence = setTimeout(() => connection.abort(), LONGEST_SILENCE_MILLISECONDS);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      const parts = (text + value).split("\n\n");
      text = parts.pop();
      for (const part of parts) this.receive(part);
    }
  }

  /** One block of lines; one without data is a sign of life. */
  receive(block) {
    const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
    const seq = Number(fields.id);
    if (!fields.data || !seq || seq <= this.lastSeq) return;
    this.lastSeq = seq;
    this.onEvent(fields.event, JSON.parse(fields.data));
  }

  broken() {
    this.onState(navigator.onLine ? "reconnecting" : "offline");
    this.timer = setTimeout(() => this.open(), this.waitMilliseconds);
    this.waitMilliseconds = Math.min(this.waitMilliseconds * 2, LONGEST_WAIT_MILLISECONDS);
  }
}
