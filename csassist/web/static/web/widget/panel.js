// The widget: puts its parts together, opens and closes, and counts what was not read yet.

import { useAccent } from "./colours.js";
import { Composer } from "./composer.js";
import { button, el } from "./dom.js";
import { frame } from "./frame.js";
import { showHome } from "./home.js";
import { PersonDialog } from "./person.js";
import { phrase } from "./phrases.js";
import { root } from "./root.js";
import { Scroller } from "./scrolling.js";
import { prepareSources } from "./sources.js";
import { keepOpen, recall, remember, wasOpen } from "./storage.js";
import { Transcript } from "./transcript.js";
import { Unread } from "./unread.js";
import { Visit } from "./visit.js";

const SHOW_BANNER_AFTER_MILLISECONDS = 1_500;
const MOST_COUNTED = 9;
const FOCUSABLE = "a[href], button, input, textarea, [tabindex='0']";
const byId = (id) => root.getElementById(id);
const covers = matchMedia("(max-width: 480px)");

class Panel {
  constructor() {
    this.ended = new AbortController();
    this.scroller = new Scroller(byId("scroller"), byId("jump"));
    this.composer = new Composer(byId("composer"), {
      onSend: (text, files) => this.ask(text, files),
      conversation: () => this.visit.ensureStarted(),
      zone: byId("window"),
    });
    this.unread = new Unread({
      isReading: () => this.isOpen && !document.hidden,
      onCount: (total) => this.showUnread(total),
      signal: this.ended.signal,
    });
    this.person = new PersonDialog(byId("person-dialog"), {
      conversation: () => this.visit.ensureStarted(),
      onAsked: () => this.leaveHome(),
    });
    prepareSources();
    useAccent(frame, page.options.accent);
    this.listen();
    this.showWho();
    this.show(recall("conversation") || null);
    this.setOpen(wasOpen());
  }

  listen() {
    const { signal } = this.ended;
    const click = (id, act) => byId(id).addEventListener("click", act);
    click("launcher", () => (this.isOpen ? this.close() : this.open()));
    click("close-window", () => this.close());
    click("back", () => this.goHome());
    click("new-conversation", () => this.goHome());
    click("talk-to-person", (event) => this.person.open(event.currentTarget));
    window.addEventListener(
      "online",
      () => {
        this.composer.tray.retryFailed();
        this.visit.sendUnsent();
      },
      { signal },
    );
    covers.addEventListener("change", () => this.setModal(), { signal });
    byId("window").addEventListener("keydown", (event) => this.keyPressed(event));
    // The host page's shortcuts are not meant for what is typed here.
    for (const type of ["keydown", "keypress", "keyup"]) frame.addEventListener(type, (event) => event.stopPropagation());
  }

  keyPressed(event) {
    if (event.key === "Escape" && !event.isComposing) this.close();
    if (event.key === "Tab" && covers.matches) keepInside(event);
  }

  open() {
    this.setOpen(true);
    if (matchMedia("(hover: hover)").matches) this.composer.box.focus();
    else byId("window-title").focus();
  }

  close() {
    if (!this.isOpen) return;
    this.setOpen(false);
    byId("launcher").focus();
  }

  setOpen(isOpen) {
    this.isOpen = isOpen;
    byId("window").hidden = !isOpen;
    frame.classList.toggle("is-open", isOpen);
    byId("launcher").setAttribute("aria-expanded", String(isOpen));
    keepOpen(isOpen);
    this.setModal();
    this.unread.soon();
    if (isOpen) {
      this.scroller.toEnd();
      if (!this.visit.id && !this.hasAsked) byId("scroller").scrollTop = 0;
    }
    this.showUnread(this.unreadCount);
  }

  setModal() {
    if (covers.matches) byId("window").setAttribute("aria-modal", "true");
    else byId("window").removeAttribute("aria-modal");
  }

  stop() {
    this.ended.abort();
    this.visit.close();
  }

  showWho() {
    const { signedIn, problem } = page.session;
    if (signedIn?.name) byId("window-role").append(` · ${phrase("signed_in_as", { name: signedIn.name })}`);
    if (problem) this.showBanner(phrase(problem));
  }

  goHome() {
    this.openConversation(null);
    byId("scroller").scrollTop = 0;
    this.composer.box.focus();
  }

  /** Goes to the conversation of that id, or to the start when it is null. */
  openConversation(id) {
    remember("conversation", id ?? "");
    this.show(id);
  }

  /** Shows it without remembering: a page that only comes back must not undo what another tab has begun meanwhile. */
  show(id) {
    const left = this.visit?.transcript;
    this.visit?.close();
    this.hasAsked = false;
    this.unread.moved(Boolean(left?.live || left?.pending.size));
    this.composer.tray.show(id);
    this.log = el("div", { className: "log", id: "log", attributes: { role: "log", "aria-live": id ? "off" : "polite", "aria-label": phrase("conversation") } });
    byId("log-place").replaceChildren(this.log);
    byId("skeleton").hidden = id === null;
    this.showPlace(id !== null);
    const transcript = new Transcript(this.log, this.scroller, {
      onAskPerson: (event) => this.person.open(event.currentTarget),
      onAskAgain: (text) => this.visit.say(text),
      onRetry: (clientKey) => this.visit.retry(clientKey),
      onProven: (text) => this.ask(text),
      conversation: () => this.visit.id,
      onMessage: (message) => this.unread.noticed(this.visit.id, message),
    });
    this.visit = new Visit({
      id,
      transcript,
      onStarted: (started) => remember("conversation", started),
      onState: (state) => this.showConnection(state),
      onSettled: () => this.settled(),
    });
    this.visit.onMoved = () => this.show(recall("conversation") || null);
    if (id === null) showHome({ onAsk: (text) => this.ask(text), onOpen: (other) => this.openEarlier(other) });
    if (id === null && this.visit.outbox.messages.length) this.leaveHome();
  }

  openEarlier(id) {
    this.openConversation(id);
    byId("window-title").focus();
  }

  ask(text, files) {
    this.leaveHome();
    this.composer.box.focus();
    this.visit.say(text, files);
  }

  leaveHome() {
    this.hasAsked = true;
    this.showPlace(true);
  }

  showPlace(isConversation) {
    byId("welcome").hidden = isConversation;
    byId("back").hidden = !isConversation;
    byId("new-conversation").hidden = !isConversation;
  }

  settled() {
    byId("skeleton").hidden = true;
    this.log.setAttribute("aria-live", "polite");
    this.scroller.toEnd();
  }

  showUnread(count = 0) {
    this.unreadCount = count;
    const shown = count > MOST_COUNTED ? `${MOST_COUNTED}+` : String(count);
    const isNews = count > 0 && !this.isOpen;
    const words = isNews ? phrase("open_chat_unread", { count: shown }) : phrase(this.isOpen ? "close_chat" : "open_chat");
    byId("launcher").setAttribute("aria-label", words);
    byId("launcher").title = words;
    byId("badge").hidden = !isNews;
    byId("badge").textContent = shown;
    const news = isNews ? words : "";
    if (byId("news").textContent !== news) byId("news").textContent = news;
  }

  showConnection(state) {
    clearTimeout(this.bannerTimer);
    if (state === "open") {
      if (!page.session.problem) byId("banner").hidden = true;
      this.visit?.sendUnsent();
    } else if (state === "gone") this.showGone();
    else this.bannerTimer = setTimeout(() => this.showBanner(phrase(state)), state === "offline" ? 0 : SHOW_BANNER_AFTER_MILLISECONDS);
  }

  showBanner(words) {
    byId("banner").textContent = words;
    byId("banner").hidden = false;
  }

  showGone() {
    this.visit.close();
    remember("conversation", "");
    byId("skeleton").hidden = true;
    const start = button(phrase("new_conversation"), { className: "button primary", onClick: () => this.goHome() });
    this.log.replaceChildren(el("div", { className: "gone" }, el("p", {}, phrase("gone")), start));
  }
}

/** Where the panel covers the page, Tab goes round in it. */
function keepInside(event) {
  const within = [...byId("window").querySelectorAll(FOCUSABLE)].filter((one) => !one.closest("[inert]") && one.checkVisibility() && !one.disabled);
  const [first, last] = [within[0], within.at(-1)];
  const current = root.activeElement;
  const isAtEdge = event.shiftKey ? current === first : current === last;
  if (!isAtEdge && within.includes(current)) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}

export function start() {
  return new Panel();
}
