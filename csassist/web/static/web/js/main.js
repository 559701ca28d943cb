// The chat page: puts its parts together.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { prepareHistory, refreshHistory, showUnreadElsewhere } from "./history.js";
import { PersonDialog } from "./person.js";
import { openedConversation, phrase } from "./phrases.js";
import { Scroller } from "./scrolling.js";
import { prepareSources } from "./sources.js";
import { Transcript } from "./transcript.js";
import { Unread } from "./unread.js";

const SHOW_BANNER_AFTER_MILLISECONDS = 1_500;
const byId = (id) => document.getElementById(id);

const scroller = new Scroller(byId("scroller"), byId("jump"));
const pageTitle = document.title;
const unread = new Unread({ isReading: () => !document.hidden, onCount: showUnread });
const transcript = new Transcript(byId("log"), scroller, {
  onAskPerson: (event) => personDialog.open(event.currentTarget),
  onAskAgain: (text) => conversation.say(text),
  onRetry: (clientKey) => conversation.retry(clientKey),
  onProven: (text) => {
    composer.box.focus();
    conversation.say(text);
  },
  conversation: () => conversation.id,
  onMessage: (message) => unread.noticed(conversation.id, message),
});
const conversation = new Conversation({
  id: openedConversation,
  transcript,
  onStarted: started,
  onState: showConnection,
  onSettled: settled,
});
const personDialog = new PersonDialog(byId("person-dialog"), {
  conversation: () => conversation.ensureStarted(),
  onAsked: hideWelcome,
});
const composer = new Composer(byId("composer"), {
  conversation: () => conversation.ensureStarted(),
  zone: byId("frame"),
  onSend: (text, files) => {
    hideWelcome();
    conversation.say(text, files);
  },
});
composer.tray.show(openedConversation);
window.addEventListener("online", () => composer.tray.retryFailed());

byId("talk-to-person").addEventListener("click", (event) => personDialog.open(event.currentTarget));
for (const suggestion of document.querySelectorAll("[data-suggestion]")) {
  suggestion.addEventListener("click", () => {
    hideWelcome();
    composer.box.focus();
    conversation.say(suggestion.textContent.trim());
  });
}
prepareSources();
prepareHistory(() => conversation.id);
// A replayed conversation is not news: the log speaks up from when it has been restored.
if (openedConversation) byId("log").setAttribute("aria-live", "off");
if (conversation.outbox.messages.length) hideWelcome();
if (!openedConversation && matchMedia("(hover: hover)").matches) composer.box.focus();

function started(id) {
  history.replaceState(null, "", `/c/${id}`);
  refreshHistory(id);
}

function showUnread(total, byConversation) {
  document.title = total ? `(${total}) ${pageTitle}` : pageTitle;
  showUnreadElsewhere(total - (byConversation[conversation.id] ?? 0));
}

function settled() {
  byId("skeleton").hidden = true;
  byId("log").setAttribute("aria-live", "polite");
  scroller.toEnd();
}

function hideWelcome() {
  byId("welcome").hidden = true;
}

let bannerTimer = null;

function showConnection(state) {
  clearTimeout(bannerTimer);
  const banner = byId("banner");
  if (state === "open") banner.hidden = true;
  else if (state === "gone") showGone();
  else bannerTimer = setTimeout(() => showBanner(banner, state), state === "offline" ? 0 : SHOW_BANNER_AFTER_MILLISECONDS);
}

function showBanner(banner, state) {
  banner.textContent = phrase(state);
  banner.hidden = false;
}

function showGone() {
  byId("banner").hidden = true;
  byId("skeleton").hidden = true;
  byId("log").hidden = true;
  byId("composer").hidden = true;
  byId("gone").hidden = false;
}
