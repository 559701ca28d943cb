// What a customer does on the company's pages, sent as events. Put into the page by a tag with data-key.
// Nothing is kept or sent for a browser that asks not to be tracked.
(() => {
  const script = document.currentScript;
  const before = window.csassist ?? {};
  const refuses = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;
  const url = new URL("/api/v1/batch", script.src).href;
  const prefix = `csassist.events.${new URL(script.src).host}.`;
  const MOST_KEPT = 200;
  const MOST_SENT = 50;
  const PAUSES = [1000, 5000, 30000, 120000];
  let source = null; // a customer token, or a function that gives one
  let token = "";
  let failures = 0;
  let timer = 0;
  let isSending = false;

  const recall = (name) => {
    try {
      return localStorage.getItem(prefix + name);
    } catch {
      return null; // without storage the events of this page are still sent
    }
  };
  const remember = (name, text) => {
    try {
      if (text === null) localStorage.removeItem(prefix + name);
      else localStorage.setItem(prefix + name, text);
    } catch {
      // as above
    }
  };
  const uuid = () =>
    crypto.randomUUID?.() ??
    "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (one) =>
      (one ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (one / 4)))).toString(16),
    );
  let anonymousId = recall("id");
  const newAnonymousId = () => {
    anonymousId = uuid();
    remember("id", anonymousId);
  };
  let queue = [];
  try {
    queue = JSON.parse(recall("queue") ?? "[]");
  } catch {
    queue = [];
  }
  const keep = () => {
    queue = queue.slice(-MOST_KEPT);
    remember("queue", queue.length ? JSON.stringify(queue) : null);
  };

  const expires = (text) => {
    try {
      return JSON.parse(atob(text.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).exp * 1000;
    } catch {
      return 0;
    }
  };
  const prove = async () => {
    if (source && (!token || expires(token) < Date.now() + 5000)) {
      try {
        token = typeof source === "function" ? await source() : source;
      } catch {
        token = "";
      }
    }
    return token && expires(token) > Date.now() ? token : "";
  };
  const body = (items, proof) =>
    JSON.stringify({
      writeKey: script.dataset.key,
      sentAt: new Date().toISOString(),
      ...(proof && { customerToken: proof }),
      batch: items,
    });

  const later = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(send, milliseconds);
  };
  async function send() {
    if (isSending || !queue.length) return;
    isSending = true;
    const items = queue.slice(0, MOST_SENT);
    let status = 0;
    try {
      const proof = await prove();
      // Plain text needs no question beforehand whether the other origin agrees.
      const answer = await fetch(url, { method: "POST", body: body(items, proof), keepalive: true, credentials: "omit" });
      status = answer.status;
      if (status === 401 && proof) {
        source = null;
        token = "";
        status = 0;
      }
    } catch {
      status = 0;
    }
    isSending = false;
    if (status === 0 || status === 429 || status >= 500) {
      later(PAUSES[Math.min(failures++, PAUSES.length - 1)]); // with the same message ids: none is stored twice
      return;
    }
    failures = 0;
    const done = new Set(items.map((item) => item.messageId));
    queue = queue.filter((item) => !done.has(item.messageId));
    keep();
    if (queue.length) later(0);
  }
  const leave = () => {
    if (!queue.length || isSending) return;
    const proof = token && expires(token) > Date.now() ? token : "";
    navigator.sendBeacon?.(url, body(queue.slice(0, MOST_SENT), proof)); // sent again next time, as duplicates
  };

  const track = (event, properties = {}) => {
    if (refuses) return;
    if (!anonymousId) newAnonymousId();
    const timestamp = new Date().toISOString();
    queue.push({ type: "track", event, properties, anonymousId, messageId: uuid(), timestamp });
    keep();
    if (!failures) later(300);
  };
  window.csassist = {
    ...before,
    track,
    page: (properties = {}) =>
      track("page_viewed", { path: location.pathname, title: document.title, referrer: document.referrer, ...properties }),
    identify: (proof) => {
      source = proof;
      token = "";
      return before.identify?.(proof);
    },
    signOut: () => {
      source = null;
      token = "";
      if (anonymousId) newAnonymousId(); // whoever comes next on this browser is somebody else
      return before.signOut?.();
    },
  };
  if (refuses) return;
  if (script.dataset.customerToken) source = script.dataset.customerToken;
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
  if (queue.length) later(1000);
  window.dispatchEvent(new CustomEvent("csassist:events"));
})();
