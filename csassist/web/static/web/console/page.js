// A page of the console that is neither the inbox nor the review queue: lists, facts and forms that the server draws.

import { prepareActs } from "./acts.js";
import { facts } from "./facts.js";
import { prepareKeyboard } from "./keyboard.js";
import { prepareLive } from "./live.js";
import { prepareMenus } from "./menus.js";
import { changed, prepareMorphing } from "./morphing.js";
import { prepareNews } from "./news.js";
import { preparePalette } from "./palette.js";
import { prepareTimes } from "./times.js";

prepareMorphing();
for (const prepare of [prepareActs, prepareMenus, prepareKeyboard, preparePalette, prepareTimes, prepareNews, prepareLive]) prepare();
document.addEventListener("htmx:afterSwap", changed);
document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = facts.csrf;
});
