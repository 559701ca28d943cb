/*
 * Keeps regions of a page up to date while something is going on in the background.
 *
 * A region names its address in data-live and carries data-moving while it can change by itself. The address answers
 * {html, done}. Nothing is asked while the tab is hidden; the keyboard focus stays where it was.
 */

const EVERY_MILLISECONDS = 2000;
const SLOWER_AFTER_A_FAILURE = 5;

for (const region of document.querySelectorAll("[data-live][data-moving]")) {
  follow(region);
}

async function follow(region) {
  let last = "";
  let pause = EVERY_MILLISECONDS;
  for (;;) {
    await wait(pause);
    if (document.hidden) continue;
    const answer = await ask(region.dataset.live);
    pause = answer ? EVERY_MILLISECONDS : EVERY_MILLISECONDS * SLOWER_AFTER_A_FAILURE;
    if (!answer) continue;
    if (answer.html !== last) {
      show(region, answer.html);
      last = answer.html;
    }
    if (answer.done) {
      region.removeAttribute("data-moving");
      return;
    }
  }
}

async function ask(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return response.ok ? await response.json() : null;
  } catch {
    return null; // offline: the next turn asks again
  }
}

function show(region, html) {
  const focused = region.contains(document.activeElement) ? place(document.activeElement) : null;
  region.innerHTML = html; // our own server's template, escaped there
  if (focused) {
    const again = [...region.querySelectorAll("a, button, input")].find((one) => place(one) === focused);
    again?.focus({ preventScroll: true });
  }
}

/** What makes a link or button the same one after the region was written anew. */
function place(element) {
  return `${element.tagName} ${element.getAttribute("href") ?? ""} ${element.form?.action ?? ""} ${element.name ?? ""}`;
}

function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
