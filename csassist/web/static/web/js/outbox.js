// Messages that the server does not have yet. They survive a reload, and are sent again under the same key: never twice.

import { recall, remember } from "./storage.js";

const STORE = "outbox";

export class Outbox {
  constructor(conversationId) {
    this.conversationId = conversationId;
  }

  get messages() {
    return read().filter((message) => message.conversation === this.conversationId);
  }

  /** The conversation that a message waits for, null before it has one; undefined when the message does not wait. */
  placeOf(clientKey) {
    return read().find((message) => message.clientKey === clientKey)?.conversation;
  }

  add({ clientKey, text, files }) {
    write([...read(), { conversation: this.conversationId, clientKey, text, files }]);
  }

  remove(clientKey) {
    write(read().filter((message) => message.clientKey !== clientKey));
  }

  /** The conversation now has an id: what was written before it existed belongs to it. */
  adopt(conversationId) {
    write(read().map((message) => (message.conversation === this.conversationId ? { ...message, conversation: conversationId } : message)));
    this.conversationId = conversationId;
  }
}

function read() {
  try {
    return JSON.parse(recall(STORE) ?? "[]");
  } catch {
    return []; // spoiled: the messages on the page can still be sent
  }
}

function write(messages) {
  remember(STORE, JSON.stringify(messages));
}
