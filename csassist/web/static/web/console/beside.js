// The tabs beside a conversation. A panel is fetched when it is first looked at.

import { byId } from "./facts.js";

export function prepareBeside() {
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("#beside [role=tab]");
    if (tab) choose(tab);
  });
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("#beside [role=tab]");
    const steps = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!tab || !steps) return;
    const tabs = [...tab.parentElement.querySelectorAll("[role=tab]")];
    const next = tabs[(tabs.indexOf(tab) + steps + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
}

function choose(tab) {
  for (const other of tab.parentElement.querySelectorAll("[role=tab]")) {
    const isChosen = other === tab;
    other.setAttribute("aria-selected", String(isChosen));
    other.tabIndex = isChosen ? 0 : -1;
    byId(other.getAttribute("aria-controls")).hidden = !isChosen;
  }
  htmx.trigger(byId(tab.getAttribute("aria-controls")), "open");
}
