// A conversation in the widget: what could not be sent goes out by itself as soon as it can, from one tab, once.

import { Conversation } from "./conversation.js";
import { exclusively } from "./storage.js";

export class Visit extends Conversation {
  showUnsent() {
    for (const message of this.outbox.messages) {
      if (!this.transcript.pending.has(message.clientKey)) this.transcript.showPending(message);
    }
    this.sendUnsent();
  }

  async sendUnsent() {
    for (const message of this.outbox.messages) await this.send(message);
  }

  async send(message) {
    this.busy ??= new Set();
    if (this.busy.has(message.clientKey) || this.isClosed) return;
    this.busy.add(message.clientKey);
    try {
      await exclusively(() => this.sendOnce(message));
    } finally {
      this.busy.delete(message.clientKey);
    }
  }

  /** Looks again first: another tab may have sent it, or have started the conversation for it. */
  async sendOnce(message) {
    const place = this.outbox.placeOf(message.clientKey);
    if (this.isClosed) return;
    if (this.id === null && place !== null) return this.onMoved();
    if (place === undefined) return;
    this.transcript.showSending(message.clientKey);
    await super.send(message);
  }

  close() {
    this.isClosed = true;
    this.follower?.close();
  }
}
