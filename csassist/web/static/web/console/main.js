// The console: puts its parts together.

import { prepareActs } from "./acts.js";
import { prepareBeside } from "./beside.js";
import { currentComposer, prepareComposer } from "./composer.js";
import { inConversation, prepareDrafts } from "./drafts.js";
import { prepareKeyboard } from "./keyboard.js";
import { prepareList } from "./list.js";
import { prepareLive } from "./live.js";
import { prepareMenus } from "./menus.js";
import { changed, morph, prepareMorphing } from "./morphing.js";
import { prepareNavigation } from "./navigation.js";
import { prepareNews } from "./news.js";
import { preparePalette } from "./palette.js";
import { preparePresence } from "./presence.js";
import { Refused, form, post } from "./server.js";
import { prepareSources } from "./sources.js";
import { prepareTalk } from "./talk.js";
import { prepareTimes } from "./times.js";
import { toast } from "./toasts.js";
import { forgetOldDrafts } from "./unsent.js";

prepareMorphing();
for (const prepare of [prepareActs, prepareMenus, prepareKeyboard, preparePalette, prepareSources, prepareBeside, prepareList, prepareNavigation, prepareTalk, prepareTimes, prepareComposer, preparePresence, prepareNews, prepareLive]) prepare();
prepareDrafts(inConversation({ post, form, morph, toast, Refused }));
document.addEventListener("htmx:afterSwap", changed);
document.addEventListener("console:macro", ({ detail }) => {
  currentComposer()?.mode("reply");
  currentComposer()?.insert(detail, "");
});
document.addEventListener("console:rescued", ({ detail }) => currentComposer()?.rescue(detail));
forgetOldDrafts();
