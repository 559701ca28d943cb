// Thumbs under an answer. Up is done with one click; down asks why, and the rating is stored before anyone answers that.

import { rateMessage } from "./api.js";
import { el, icon } from "./dom.js";
import { phrase } from "./phrases.js";

const REASONS = ["wrong", "outdated", "incomplete", "not_my_question", "hard_to_understand", "other"];

export function ratingRow(message) {
  const said = el("span", { className: "rating-said", attributes: { role: "status" } });
  const up = thumb("up", phrase("helpful"));
  const down = thumb("down", phrase("not_helpful"));
  const row = el("div", { className: "rating", attributes: { role: "group", "aria-label": phrase("rate_answer") } }, said, up, down);
  const choose = (rating) => {
    press(up, rating === "up");
    press(down, rating === "down");
  };
  up.addEventListener("click", () => rate({ message, row, said, choose, rating: "up" }));
  down.addEventListener("click", () => rate({ message, row, said, choose, rating: "down" }));
  return row;
}

async function rate({ message, row, said, choose, rating }) {
  const turn = row.closest(".turn");
  turn.querySelector(".reasons")?.remove();
  choose(rating);
  said.textContent = rating === "up" ? phrase("thanks_up") : "";
  if (rating === "down") askWhy(turn, message, said);
  try {
    await rateMessage(message.id, { rating });
  } catch (problem) {
    choose(null);
    said.textContent = problem.status === 429 ? problem.words : phrase("feedback_failed");
    turn.querySelector(".reasons")?.remove();
  }
}

function askWhy(turn, message, said) {
  const form = reasonForm(message, said);
  turn.append(form);
  form.scrollIntoView({ block: "nearest" });
}

/** Shows a rating that was given earlier. */
export function showRating(turn, rating) {
  const [up, down] = turn.querySelectorAll(".thumb");
  press(up, rating === "up");
  press(down, rating === "down");
}

function thumb(direction, words) {
  const attributes = { "aria-pressed": "false", "aria-label": words, title: words };
  return el("button", { type: "button", className: "thumb", attributes }, icon(direction));
}

function press(element, pressed) {
  element.setAttribute("aria-pressed", String(pressed));
}

function reasonForm(message, said) {
  const name = `reason-${message.id}`;
  const choices = REASONS.map((reason) =>
    el("label", { className: "reason" }, el("input", { type: "radio", name, value: reason }), el("span", {}, phrase(`reason_${reason}`))),
  );
  const comment = el("textarea", { rows: 2, maxLength: 2000, name: "comment" });
  const send = el("button", { type: "submit", className: "button", disabled: true }, phrase("send_feedback"));
  const form = el(
    "form",
    { className: "reasons" },
    el("fieldset", {}, el("legend", {}, phrase("what_was_wrong")), el("div", { className: "reason-choices" }, ...choices)),
    el("label", { className: "field" }, el("span", {}, phrase("comment_label")), comment),
    el("div", { className: "reasons-foot" }, send),
  );
  form.addEventListener("change", () => {
    send.disabled = !form.elements[name].value;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendReason({ form, send, said, message, reason: form.elements[name].value, comment: comment.value.trim() });
  });
  return form;
}

async function sendReason({ form, send, said, message, reason, comment }) {
  send.disabled = true;
  try {
    await rateMessage(message.id, { rating: "down", reason, comment });
    const down = form.closest(".turn").querySelector(".thumb[aria-pressed=true]");
    form.remove();
    said.textContent = phrase("thanks_down");
    down?.focus();
  } catch (problem) {
    said.textContent = problem.status === 429 ? problem.words : phrase("feedback_failed");
    send.disabled = false;
  }
}
