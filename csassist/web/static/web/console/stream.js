// One stream for all tabs of this browser: a browser keeps few connections to one server, and every tab would hold one.
//
// The tab that holds the lock follows the server and passes on what it hears. When it is closed, the lock goes to
// another tab, which follows from where it stands. Telling of an event twice is harmless, losing one is not.

const NAME = "csassist.console.stream";
const KINDS = ["message", "owner", "draft", "note", "people", "about", "alert", "stale"];
const KEPT_COUNT = 300;
const ASK_AGAIN_MILLISECONDS = 3_000;

export class SharedStream {
  /** `onEvent({ id, kind, data })`; `onState("open" | "lost")`; `mayFollow` says whether asking again has a point. */
  constructor({ address, after, onEvent, onState, mayFollow }) {
    Object.assign(this, { address, lastId: after, onEvent, onState, mayFollow, source: null, since: null, kept: [] });
  }

  begin() {
    if (!navigator.locks) return this.lead();
    this.channel = new BroadcastChannel(NAME);
    this.channel.addEventListener("message", ({ data }) => this.told(data));
    this.channel.postMessage({ hello: this.lastId });
    navigator.locks.request(NAME, () => {
      this.lead();
      return new Promise(() => {}); // held until this tab is gone
    });
  }

  /** After the connection came back: at once, without waiting for the browser's own next try. */
  connectAgain() {
    if (this.source) this.connect();
    else this.channel?.postMessage({ hello: this.lastId });
  }

  lead() {
    this.since = this.lastId;
    this.connect();
  }

  connect() {
    this.source?.close();
    this.source = new EventSource(`${this.address}?after=${this.lastId}`);
    this.source.addEventListener("open", () => this.tellState("open"));
    this.source.addEventListener("error", () => this.lost());
    for (const kind of KINDS) {
      this.source.addEventListener(kind, (event) => this.pass({ id: Number(event.lastEventId), kind, data: JSON.parse(event.data) }));
    }
  }

  /** A closed stream was refused: the session may be over. Otherwise the browser tries again by itself. */
  lost() {
    this.tellState("lost");
    if (this.source.readyState !== EventSource.CLOSED) return;
    setTimeout(async () => (await this.mayFollow()) && this.connect(), ASK_AGAIN_MILLISECONDS);
  }

  pass(event) {
    this.kept.push(event);
    if (this.kept.length > KEPT_COUNT) this.since = this.kept.shift().id;
    this.channel?.postMessage({ event });
    this.hear(event);
  }

  hear(event) {
    this.lastId = Math.max(this.lastId, event.id);
    this.onEvent(event);
  }

  tellState(state) {
    this.channel?.postMessage({ state });
    this.onState(state);
  }

  /** What another tab says. A tab that has just come is told what it may have missed. */
  told({ event, state, hello }) {
    if (hello !== undefined) return this.source && this.welcome(hello);
    if (this.source) return undefined;
    return event ? this.hear(event) : this.onState(state);
  }

  welcome(after) {
    const missed = after < this.since ? [{ id: this.lastId, kind: "stale", data: {} }] : this.kept.filter(({ id }) => id > after);
    for (const event of missed) this.channel.postMessage({ event });
  }
}
