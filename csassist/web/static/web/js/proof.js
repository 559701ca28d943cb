// Proving who one is, inside the conversation: an e-mail address, then the code that went there.

import { confirmCode, sendCode } from "./api.js";
import { button, el } from "./dom.js";
import { phrase } from "./phrases.js";

/** `conversation()` is the id; `onProven()` is called in the tab in which the code was entered. */
export function proofCard({ conversation, onProven }) {
  const said = el("p", { attributes: { role: "status" } });
  const words = el("span");
  const problem = el("span", { className: "field-problem", attributes: { role: "alert" } });
  const place = el("label", { className: "field" }, words);
  const submit = el("button", { type: "submit", className: "button primary" });
  const again = button(phrase("other_address"), { className: "link-button", onClick: () => askAddress().focus() });
  const card = el("form", { className: "offer proof", noValidate: true }, said, place, el("div", { className: "proof-foot" }, submit, again));
  let send = null;

  const ask = (name, text, label, act, properties) => {
    const input = el("input", { required: true, ...properties });
    said.textContent = text;
    words.textContent = name;
    submit.textContent = label;
    place.replaceChildren(words, input, problem);
    problem.textContent = "";
    send = () => act(input.value.trim());
    return input;
  };

  const askAddress = () => {
    again.hidden = true;
    const properties = { type: "email", name: "email", autocomplete: "email", maxLength: 254 };
    return ask(phrase("email_address"), phrase("proof_intro"), phrase("send_code"), sendTo, properties);
  };

  const sendTo = async (email) => {
    await sendCode(conversation(), email);
    again.hidden = false;
    const properties = { name: "code", inputMode: "numeric", autocomplete: "one-time-code", maxLength: 20 };
    ask(phrase("code"), phrase("code_sent", { email }), phrase("confirm_code"), enter, properties).focus();
    card.scrollIntoView({ block: "nearest" });
  };

  const enter = async (code) => {
    await confirmCode(conversation(), code);
    onProven();
  };

  card.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = place.querySelector("input");
    if (!input.value.trim()) return input.focus();
    submit.disabled = true;
    problem.textContent = "";
    try {
      await send();
    } catch (failure) {
      problem.textContent = failure.words ?? phrase("went_wrong");
      card.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-invalid", "true");
      input.focus();
    } finally {
      submit.disabled = false;
    }
  });
  askAddress();
  return card;
}
