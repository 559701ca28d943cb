// This visitor's conversations, newest first. The button appears when there is another one to go to.

import { listConversations } from "./api.js";
import { openDialog, prepareDialog } from "./dialogs.js";
import { el, icon } from "./dom.js";
import { phrase } from "./phrases.js";
import { timeElement } from "./times.js";
import { unreadMark } from "./unread.js";

const dialog = document.getElementById("history-dialog");
const list = document.getElementById("history-list");
const more = document.getElementById("history-more");
const opener = document.getElementById("open-history");

let nextPage = 1;

export function prepareHistory(currentId) {
  prepareDialog(dialog);
  opener.addEventListener("click", () => {
    openDialog(dialog, { opener });
    list.replaceChildren();
    nextPage = 1;
    showPage(currentId());
  });
  more.addEventListener("click", () => showPage(currentId()));
  refreshHistory(currentId());
}

/** Shows the button when the visitor has a conversation other than the open one. */
export async function refreshHistory(currentId) {
  try {
    const page = await listConversations();
    opener.hidden = !page.results.some((conversation) => conversation.id !== currentId);
  } catch {
    opener.hidden = true; // a list that cannot be read is not offered; the page works without it
  }
}

/** How much waits in the visitor's other conversations, on the button that leads to them. */
export function showUnreadElsewhere(count) {
  const words = count ? phrase("unread_elsewhere", { count }) : phrase("your_conversations");
  opener.title = words;
  opener.setAttribute("aria-label", words);
  const badge = opener.querySelector(".unread-mark");
  badge.hidden = !count;
  badge.textContent = String(count);
}

async function showPage(currentId) {
  try {
    const page = await listConversations(nextPage);
    nextPage += 1;
    list.append(...page.results.map((conversation) => row(conversation, currentId)));
    more.hidden = !page.next;
  } catch {
    list.append(el("li", { className: "note danger" }, icon("alert"), phrase("list_failed")));
  }
}

function row(conversation, currentId) {
  const isCurrent = conversation.id === currentId;
  const link = el(
    "a",
    { href: `/c/${conversation.id}`, attributes: isCurrent ? { "aria-current": "page" } : {} },
    el("span", { className: "history-title", dir: "auto" }, conversation.title || phrase("untitled")),
    el(
      "span",
      { className: "history-facts" },
      timeElement(conversation.updated_at),
      conversation.status === "waiting_for_person" ? ` · ${phrase("waiting_for_person")}` : "",
    ),
    unreadMark(conversation),
  );
  return el("li", {}, link);
}
