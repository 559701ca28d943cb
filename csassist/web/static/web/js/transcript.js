// The conversation as it stands: applies the stream's events, in order, to the page.

import { button, el } from "./dom.js";
import { LiveAnswer } from "./live.js";
import { phrase } from "./phrases.js";
import { proofCard } from "./proof.js";
import { showRating } from "./rating.js";
import { surveyTurn } from "./survey.js";
import { answerTurn, customerTurn, fillAnswer, notice } from "./turns.js";

export class Transcript {
  /** `offers` holds what a turn can ask for: onAskPerson, onAskAgain(text), onRetry(clientKey), onProven(text) and `conversation`, the id; onMessage(message) hears each. */
  constructor(root, scroller, offers) {
    Object.assign(this, { root, scroller, offers, live: null, lastQuestion: "", personNotice: null, proof: null });
    this.pending = new Map();
    this.shown = new Map();
    this.doneRuns = new Set();
    this.waiting = [];
  }

  /** Events of one frame are applied together, so that a replayed conversation appears at once. */
  receive(type, payload) {
    this.waiting.push([type, payload]);
    if (this.waiting.length > 1) return;
    const apply = () => this.applyWaiting();
    if (document.hidden) setTimeout(apply, 0);
    else requestAnimationFrame(apply);
  }

  applyWaiting() {
    for (const [type, payload] of this.waiting.splice(0)) this[`on_${type}`](payload);
    this.scroller.grew();
  }

  on_message(message) {
    if (this.shown.has(message.id)) return;
    this.shown.set(message.id, null);
    this.offers.onMessage(message);
    if (message.author === "customer") {
      this.survey?.remove();
      this.showQuestion(message);
    }
    if (message.author === "system") this.showSystemWords(message);
    if (message.author === "assistant" || message.author === "agent") this.shown.set(message.id, this.showAnswer(message));
  }

  showRating({ id, feedback }) {
    const turn = this.shown.get(id);
    if (turn && feedback) showRating(turn, feedback.rating);
  }

  on_status({ stage }) {
    this.startLive().showStage(stage);
  }

  on_sentence(sentence) {
    this.startLive().showSentence(sentence);
  }

  on_reset() {
    this.live?.reset();
  }

  on_done({ run, reason, message }) {
    this.doneRuns.add(run);
    this.live?.remove();
    this.live = null;
    if (reason === "verification_needed") this.askForProof(this.shown.get(message));
  }

  /** Below the answer that needs it; of two, only the newer one is asked. */
  askForProof(turn) {
    const question = this.lastQuestion;
    this.proof?.remove();
    this.proof = proofCard({ conversation: this.offers.conversation, onProven: () => this.offers.onProven(question) });
    turn?.append(this.proof);
  }

  on_identity_proven() {
    this.proof?.remove();
    this.append(notice({ iconName: "check", title: phrase("identity_proven") }));
  }

  on_person_requested({ at }) {
    this.personNotice = this.append(notice({ iconName: "check", title: phrase("person_requested"), at }));
    const leave = button(phrase("leave_contact"), { className: "link-button", onClick: this.offers.onAskPerson });
    this.personNotice.lastChild.append(leave);
    this.root.dataset.personAsked = "yes";
  }

  /** Somebody else answers from here on. What was being written is not coming any more. */
  on_owner({ kind, name }) {
    this.live?.remove();
    this.live = null;
    this.endRequest();
    if (kind === "queue") return;
    const joined = name ? phrase("agent_joined_name", { name }) : phrase("agent_joined");
    const [iconName, title] = kind === "person" ? ["person", joined] : ["info", phrase("assistant_back")];
    this.append(notice({ iconName, title }));
  }

  on_closed() {
    this.endRequest();
    this.append(notice({ iconName: "check", title: phrase("closed"), detail: phrase("closed_detail") }));
  }

  on_survey({ survey }) {
    this.survey?.remove();
    this.survey = this.append(surveyTurn(survey));
  }

  /** Whoever asked for a person has one, or the matter is closed: a later request is a new one. */
  endRequest() {
    this.personNotice?.querySelector(".link-button")?.remove();
    this.personNotice = null;
    delete this.root.dataset.personAsked;
  }

  /** The customer's words at once, before the server has them. */
  showPending({ clientKey, text, files }) {
    const turn = customerTurn({ text, files });
    this.pending.set(clientKey, turn);
    this.append(turn);
    this.showSending(clientKey);
    return turn;
  }

  showSending(clientKey) {
    const turn = this.pending.get(clientKey);
    turn?.classList.remove("failed");
    turn?.querySelector(".turn-foot").replaceChildren(phrase("sending"));
    this.scroller.toEnd();
  }

  /** `run` is the answer that was started, or null when none is, as while a person has the conversation. */
  showAccepted(clientKey, run) {
    this.pending.get(clientKey)?.querySelector(".turn-foot").replaceChildren();
    if (run && !this.doneRuns.has(run)) this.startLive();
  }

  showFailed(clientKey, words, retryAfterSeconds) {
    const turn = this.pending.get(clientKey);
    if (!turn) return;
    turn.classList.add("failed");
    const retry = button(phrase("retry"), { className: "link-button", onClick: () => this.offers.onRetry(clientKey) });
    countDown(retry, retryAfterSeconds);
    turn.querySelector(".turn-foot").replaceChildren(el("span", { attributes: { role: "alert" } }, words), retry);
    this.scroller.toEnd();
  }

  showQuestion(message) {
    const pending = this.pending.get(message.client_key);
    const turn = customerTurn({ text: message.text, files: message.attachments, createdAt: message.created_at });
    this.lastQuestion = message.text;
    if (pending) pending.replaceWith(turn);
    else this.append(turn);
    this.pending.delete(message.client_key);
  }

  /** What happens next is said inside the notice that a person was asked for, the latest version of it. */
  showSystemWords(message) {
    if (this.personNotice) this.personNotice.querySelector(".notice-detail").textContent = message.text;
    else this.append(notice({ iconName: "info", title: message.text, at: message.created_at }));
  }

  showAnswer(message) {
    const isOwn = message.author === "assistant" && this.live !== null;
    const turn = isOwn ? this.live.finish() : this.append(answerTurn(message.author, message.author_name));
    if (isOwn) this.live = null;
    const question = this.lastQuestion;
    const offers = { onAskPerson: this.offers.onAskPerson, onAskAgain: () => this.offers.onAskAgain(question) };
    if (isOwn) this.quietly(() => fillAnswer(turn, message, offers));
    else fillAnswer(turn, message, offers);
    return turn;
  }

  /** A screen reader has heard these sentences as they came; the finished text must not be read out again. */
  quietly(change) {
    const live = this.root.getAttribute("aria-live");
    this.root.setAttribute("aria-live", "off");
    change();
    setTimeout(() => this.root.setAttribute("aria-live", live), 300);
  }

  startLive() {
    if (this.live === null) {
      this.live = new LiveAnswer();
      this.root.append(this.live.turn);
      this.scroller.grew();
    }
    return this.live;
  }

  append(element) {
    if (this.live) this.live.turn.before(element);
    else this.root.append(element);
    return element;
  }
}

/** A button that says how long to wait, and works after that. */
function countDown(element, seconds) {
  if (!seconds) return;
  let left = seconds;
  element.disabled = true;
  const tick = () => {
    element.textContent = left > 0 ? phrase("retry_in", { seconds: left }) : phrase("retry");
    element.disabled = left > 0;
    left -= 1;
    if (left >= 0) setTimeout(tick, 1_000);
  };
  tick();
}
