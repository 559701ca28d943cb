// One conversation on the page: starts it with the first message, sends, retries, follows its events.

import { listMessages, sendMessage, startConversation } from "./api.js";
import { randomKey } from "./dom.js";
import { Outbox } from "./outbox.js";
import { phrase } from "./phrases.js";
import { Problem } from "./problem.js";
import { EventFollower } from "./stream.js";

const QUIET_MILLISECONDS = 250;

export class Conversation {
  constructor({ id, transcript, onStarted, onState, onSettled }) {
    Object.assign(this, { id, transcript, onStarted, onState, onSettled, starting: null });
    this.outbox = new Outbox(id);
    this.isSettled = id === null;
    if (id) this.follow();
    else this.showUnsent();
  }

  /** Shows the words at once, then sends them under a key that makes a second try harmless. */
  async say(text, files = []) {
    const message = { clientKey: randomKey(), text, files };
    this.outbox.add(message);
    this.transcript.showPending(message);
    await this.send(message);
  }

  async retry(clientKey) {
    const message = this.outbox.messages.find((candidate) => candidate.clientKey === clientKey);
    if (!message) return;
    this.transcript.showSending(clientKey);
    await this.send(message);
  }

  async send({ clientKey, text, files }) {
    try {
      const { run } = await sendMessage(await this.ensureStarted(), { clientKey, text, files });
      this.outbox.remove(clientKey);
      this.transcript.showAccepted(clientKey, run);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.transcript.showFailed(clientKey, problem.words, problem.retryAfterSeconds);
      // Its files are gone from the server: another try cannot help, and must not be made again and again.
      if (problem.status === 404 && files?.length) this.outbox.remove(clientKey);
    }
  }

  /** The conversation's id; asks the server for one when this is the first word. */
  async ensureStarted() {
    if (this.id) return this.id;
    this.starting ??= startConversation().finally(() => {
      this.starting = null;
    });
    const { id } = await this.starting;
    if (!this.id) {
      this.id = id;
      this.outbox.adopt(id);
      this.onStarted(id);
      this.follow();
    }
    return this.id;
  }

  follow() {
    this.follower = new EventFollower(this.id, {
      onEvent: (type, payload) => {
        this.transcript.receive(type, payload);
        this.settleSoon();
      },
      onState: (state) => {
        if (state === "open") this.settleSoon();
        this.onState(state);
      },
    });
  }

  /** The stored events come in one burst; when it is over, what the server does not have is shown as unsent. */
  settleSoon() {
    if (this.isSettled) return;
    clearTimeout(this.settleTimer);
    this.settleTimer = setTimeout(() => {
      this.isSettled = true;
      this.showUnsent();
      this.onSettled();
      this.restoreRatings();
    }, QUIET_MILLISECONDS);
  }

  /** Ratings are not events; a reloaded page reads them from the messages. */
  async restoreRatings() {
    try {
      for (let page = 1, next = true; next; page += 1) {
        const found = await listMessages(this.id, page);
        for (const message of found.results) this.transcript.showRating(message);
        next = found.next;
      }
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem; // without them, the answers can still be rated again
    }
  }

  showUnsent() {
    for (const message of this.outbox.messages) {
      this.transcript.showPending(message);
      this.transcript.showFailed(message.clientKey, phrase("not_sent"), null);
    }
  }
}
