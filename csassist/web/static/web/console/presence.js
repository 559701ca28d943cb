// Telling colleagues that one has a conversation open or writes in it, and being told of them.

import { byId, openId } from "./facts.js";
import { morph } from "./morphing.js";
import { Refused, lastWords, post } from "./server.js";

const LOOKING_EVERY_MILLISECONDS = 10_000;
const WRITING_EVERY_MILLISECONDS = 3_000;
let wroteAt = -Infinity;

export function preparePresence() {
  setInterval(tell, LOOKING_EVERY_MILLISECONDS);
  document.addEventListener("console:opened", tell);
  document.addEventListener("console:leaving", leave);
  document.addEventListener("console:event", ({ detail }) => {
    if (detail.conversation !== openId()) return;
    if (detail.kind === "people" || detail.kind === "message") tell();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : tell()));
  window.addEventListener("pagehide", leave);
  tell();
}

/** Called with every key: tells at most every few seconds. */
export function writing() {
  if (performance.now() - wroteAt < WRITING_EVERY_MILLISECONDS) return;
  wroteAt = performance.now();
  tell({ writing: "yes" });
}

export function stoppedWriting() {
  wroteAt = -Infinity;
}

async function tell(fields = {}) {
  const composer = byId("composer");
  const id = openId();
  if (!composer || document.hidden) return;
  const told = fields instanceof Event ? {} : fields;
  try {
    const html = await post(composer.dataset.looking, { read: "yes", ...told });
    if (id === openId()) morph(byId("here"), html, { inner: true });
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem; // the next one tells
  }
}

function leave() {
  const composer = byId("composer");
  if (composer) lastWords(composer.dataset.left);
}
