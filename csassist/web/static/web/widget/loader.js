// The widget's beginning: where the script came from, who is in front of it, and its element on the host page. The server
// puts the style sheets, the icons and the other modules into this file (csassist/web/widget.py).
(() => {
  const STYLES = $STYLES;
  const ICONS = $ICONS;
  const TAG = "csassist-widget";
  const FIRST_WAIT_MILLISECONDS = 2_000;
  const LONGEST_WAIT_MILLISECONDS = 60_000;
  const LEAST_LIFE_MILLISECONDS = 60_000;

  /** Nobody answered, or only with a failure: worth another try later. */
  class Away extends Error {}

  async function reach(path, request) {
    const answer = await fetch(base + path, { credentials: "omit", ...request }).catch(() => null);
    if (answer === null || answer.status >= 500) throw new Away(path);
    return answer;
  }

  const script = document.currentScript;
  if (!script || customElements.get(TAG)) return;
  const base = new URL(".", script.src).href;
  const options = script.dataset;

  /** What this browser keeps for us on the host page: apart for an anonymous visitor and for a signed-in customer. */
  const session = {
    prefix: `csassist.${new URL(base).host}.`,
    scope: "visitor",
    problem: null,
    memory: new Map(),

    recall(name, scope = this.scope) {
      const key = `${this.prefix}${scope}.${name}`;
      if (this.memory.has(key)) return this.memory.get(key);
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },

    remember(name, text, scope = this.scope) {
      const key = `${this.prefix}${scope}.${name}`;
      this.memory.delete(key);
      try {
        localStorage.setItem(key, text);
      } catch {
        this.memory.set(key, text); // storage is full or switched off: remembered as long as the page lives
      }
    },

    forget(scope, names = ["token", "sign-in", "conversation", "outbox", "draft", "attached"]) {
      for (const name of names) {
        this.memory.delete(`${this.prefix}${scope}.${name}`);
        try {
          localStorage.removeItem(`${this.prefix}${scope}.${name}`);
        } catch {
          // nothing was kept
        }
      }
    },

    get token() {
      return this.recall("token");
    },

    get signedIn() {
      return this.scope === "customer" ? JSON.parse(this.recall("sign-in")) : null;
    },

    get headers() {
      return this.token ? { Authorization: `Visitor ${this.token}` } : {};
    },

    keepToken(token) {
      if (token) this.remember("token", token);
    },

    /** A page that names nobody shows nobody's conversations but the anonymous visitor's. */
    asVisitor() {
      this.forget("customer");
      this.scope = "visitor";
    },

    /** True when the host page's token was accepted; false, and an anonymous visitor, when it was refused. */
    async signIn(customerToken) {
      const known = JSON.parse(this.recall("sign-in", "customer") ?? "null");
      const proof = String(customerToken).split(".")[2];
      if (known && known.proof === proof && Date.parse(known.expiresAt) - Date.now() > LEAST_LIFE_MILLISECONDS) {
        this.scope = "customer";
        return true;
      }
      const answer = await this.show(customerToken);
      if (!answer.ok) {
        this.asVisitor();
        this.problem = "sign_in_failed";
        return false;
      }
      const { visitor_token, expires_at, name } = await answer.json();
      const subject = subjectOf(customerToken);
      if (known && known.subject !== subject) this.forget("customer");
      if (this.recall("token", "visitor")) this.bringAlong();
      this.scope = "customer";
      this.problem = null;
      this.remember("token", visitor_token);
      this.remember("sign-in", JSON.stringify({ proof, subject, name, expiresAt: expires_at }));
      return true;
    },

    /** Shows the proof, beside the visitor's token so that what they asked so far comes along. */
    async show(customerToken) {
      const body = JSON.stringify({ customer_token: String(customerToken) });
      const post = (token) =>
        reach("api/v1/sign-in", {
          method: "POST",
          headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Visitor ${token}` } : {}) },
          body,
        });
      const token = this.recall("token", "visitor");
      const answer = await post(token);
      if (answer.status !== 401 || !token) return answer;
      const { error } = await answer.clone().json();
      return error.code === "authentication_failed" ? post(null) : answer;
    },

    bringAlong() {
      for (const name of ["conversation", "outbox", "draft", "attached"]) {
        const kept = this.recall(name, "visitor");
        if (kept !== null) this.remember(name, kept, "customer");
      }
      this.forget("visitor");
    },

    async signOut() {
      if (this.scope !== "customer") return;
      const headers = this.headers;
      this.asVisitor();
      await reach("api/v1/sign-in", { method: "DELETE", headers }).catch(() => null); // it ends by itself then
    },
  };

  /** Whose token it is, only to notice a change of customer; the server alone decides whether it is true. */
  function subjectOf(customerToken) {
    try {
      const bytes = atob(customerToken.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
      return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))).sub;
    } catch {
      return "";
    }
  }

  let policy = null;

  function trusted(html) {
    policy ??= globalThis.trustedTypes?.createPolicy("csassist", { createHTML: (text) => text }) ?? { createHTML: (text) => text };
    return policy.createHTML(html);
  }

  function language() {
    const wanted = options.language || document.documentElement.lang || navigator.language || "en";
    return wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
  }

  const boot = (page) => {
    $MODULES;
    return $panel.start();
  };

  class Widget extends HTMLElement {
    constructor() {
      super();
      this.shadow = this.attachShadow({ mode: "open" });
      this.source = options.customerToken || null;
      this.isAwaited = options.identify === "later";
      this.wait = FIRST_WAIT_MILLISECONDS;
      this.renewing = null;
      this.starts = 0;
      addStyles(this.shadow);
      window.addEventListener("online", () => this.timer && this.start());
    }

    /** Starts anew; what an earlier start still waits for is dropped. */
    async start() {
      if (this.isAwaited) return;
      const number = (this.starts += 1);
      clearTimeout(this.timer);
      this.timer = null;
      this.panel?.stop();
      this.panel = null;
      this.shadow.replaceChildren();
      try {
        const facts = await this.prepare();
        if (number === this.starts) this.show(facts);
      } catch (error) {
        if (!(error instanceof Away)) throw error;
        if (number === this.starts) this.timer = setTimeout(() => this.start(), this.wait);
        this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MILLISECONDS);
      }
    }

    /** Settles who is in front of the page, then fetches the words. */
    async prepare() {
      const customerToken = await this.customerToken();
      if (customerToken) await session.signIn(customerToken);
      else session.asVisitor();
      const answer = await reach(`api/v1/widget?language=${language()}`);
      if (!answer.ok) throw new Away("widget");
      return answer.json();
    }

    show(facts) {
      this.wait = FIRST_WAIT_MILLISECONDS;
      this.panel = boot({ base, facts, icons: ICONS, options, renew: () => this.renew(), session, shadow: this.shadow, trusted });
      window.dispatchEvent(new CustomEvent("csassist:ready"));
    }

    async customerToken() {
      return typeof this.source === "function" ? await this.source() : this.source;
    }

    /** After a refusal: true when there is a new right to ask again. Otherwise everything starts anew without it. */
    renew() {
      this.renewing ??= this.renewOnce().finally(() => {
        this.renewing = null;
      });
      return this.renewing;
    }

    async renewOnce() {
      if (session.scope === "customer") {
        session.forget("customer", ["token", "sign-in"]);
        const customerToken = await this.customerToken();
        const isSignedIn = customerToken && (await session.signIn(customerToken).catch(() => false));
        if (isSignedIn) return true;
      } else {
        session.forget("visitor", ["token", "conversation", "outbox", "attached"]);
      }
      this.start();
      return false;
    }

    identify(source) {
      this.isAwaited = false;
      this.source = source;
      session.problem = null;
      return this.start();
    }

    async signOut() {
      this.source = null;
      await session.signOut();
      await this.start();
    }
  }

  function addStyles(shadow) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLES);
      shadow.adoptedStyleSheets = [sheet];
    } catch {
      shadow.adoptedStyleSheets = []; // an old browser without constructable sheets shows the widget without its looks
    }
  }

  customElements.define(TAG, Widget);
  const element = document.createElement(TAG);
  const attach = () => {
    document.body.append(element);
    element.start();
  };
  const before = window.csassist ?? {}; // events.js on the same page
  window.csassist = {
    ...before,
    open: () => element.panel?.open(),
    close: () => element.panel?.close(),
    identify: (source) => {
      before.identify?.(source);
      return element.identify(source);
    },
    signOut: () => {
      before.signOut?.();
      return element.signOut();
    },
  };
  if (document.body) attach();
  else document.addEventListener("DOMContentLoaded", attach);
})();
