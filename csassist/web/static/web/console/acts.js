// Buttons that act: asking before one acts over a colleague's head, and saying what was refused.

import { byId, phrase } from "./facts.js";
import { inWords } from "./server.js";
import { toast } from "./toasts.js";
import { prepareDialog } from "../js/dialogs.js";

export function prepareActs() {
  for (const dialog of document.querySelectorAll("dialog.dialog")) prepareDialog(dialog);
  document.addEventListener("htmx:confirm", (event) => {
    const { confirm: words, confirmAct } = event.detail.elt.dataset;
    if (!words) return;
    event.preventDefault();
    confirmed(words, confirmAct).then((yes) => yes && event.detail.issueRequest(true));
  });
  document.addEventListener("htmx:responseError", ({ detail: { xhr, target } }) => {
    if (xhr.status === 401) return;
    toast(inWords(xhr.status, xhr.getResponseHeader("Content-Type"), xhr.responseText), { tone: "danger" });
    const talk = byId("talk");
    if (xhr.status === 409 && talk && target === talk) htmx.trigger(talk, "refresh");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, ({ detail }) => detail.elt.matches("[data-live]") || toast(phrase("network_failed"), { tone: "danger" }));
  }
}

/** Whether the agent says yes to these words; `act` is what the button says. */
export function confirmed(words, act) {
  const dialog = byId("confirm");
  byId("confirm-words").textContent = words;
  byId("confirm-yes").textContent = act;
  dialog.returnValue = "";
  dialog.opener = document.activeElement;
  dialog.showModal();
  byId("confirm-yes").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export function openDialogNamed(id) {
  const dialog = byId(id);
  dialog.opener = document.activeElement;
  dialog.showModal();
}
