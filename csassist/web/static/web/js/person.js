// "Talk to a person": who to reach and how, then a clear confirmation in the conversation.

import { askForPerson } from "./api.js";
import { openDialog, prepareDialog } from "./dialogs.js";
import { phrase } from "./phrases.js";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PHONE = /^\+?[\d\s().-]{5,}$/;

export class PersonDialog {
  /** `conversation` gives the id, starting a conversation when there is none yet. `onAsked()` is called when the request goes out. */
  constructor(dialog, { conversation, onAsked }) {
    Object.assign(this, { dialog, conversation, onAsked });
    this.form = dialog.querySelector("form");
    this.contactProblem = dialog.querySelector("#contact-problem");
    this.problem = dialog.querySelector("#person-problem");
    prepareDialog(dialog);
    this.form.addEventListener("submit", (event) => this.submit(event));
  }

  open(opener) {
    this.showContactProblem("");
    this.problem.textContent = "";
    openDialog(this.dialog, { opener });
    this.form.elements.name.focus();
  }

  async submit(event) {
    event.preventDefault();
    const { name, contact, note } = this.form.elements;
    const request = { name: name.value.trim(), contact: contact.value.trim(), note: note.value.trim() };
    const wrong = contactProblem(request.contact);
    this.showContactProblem(wrong);
    if (wrong) return contact.focus();
    await this.send(request);
  }

  async send(request) {
    const button = this.form.querySelector("[type=submit]");
    button.disabled = true;
    this.problem.textContent = "";
    try {
      this.onAsked();
      await askForPerson(await this.conversation(), request);
      this.form.elements.note.value = "";
      this.dialog.close();
    } catch (problem) {
      this.problem.textContent = problem.words ?? phrase("went_wrong");
    } finally {
      button.disabled = false;
    }
  }

  showContactProblem(words) {
    this.contactProblem.textContent = words;
    this.form.elements.contact.setAttribute("aria-invalid", String(words !== ""));
  }
}

function contactProblem(contact) {
  if (!contact) return phrase("contact_missing");
  return EMAIL.test(contact) || PHONE.test(contact) ? "" : phrase("contact_wrong");
}
