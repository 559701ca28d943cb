// Talking to the server: forms out, parts of the page in, and what went wrong in words.

import { facts, phrase } from "./facts.js";

const TIMEOUT_MILLISECONDS = 20_000;

/** The server said no, or did not answer: `status` 0. `message` is the line to show. */
export class Refused extends Error {
  constructor(message, { status = 0, code = "" } = {}) {
    super(message);
    Object.assign(this, { status, code });
  }
}

export function get(address, { signal } = {}) {
  return ask(address, { headers: { "HX-Request": "true" }, signal });
}

/** `fields` is a FormData or a plain object; the answer's text. */
export function post(address, fields = {}) {
  return ask(address, { method: "POST", body: fields instanceof FormData ? fields : form(fields), headers: { "HX-Request": "true", "X-CSRFToken": facts.csrf } });
}

/** Goes out even while the page is being left. */
export function lastWords(address) {
  navigator.sendBeacon(address, form({ csrfmiddlewaretoken: facts.csrf }));
}

export function form(fields) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) data.append(name, one);
  return data;
}

async function ask(address, options) {
  const patience = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  let response;
  try {
    response = await fetch(address, { ...options, signal: options.signal ? AbortSignal.any([options.signal, patience]) : patience });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(phrase("network_failed"));
  }
  if (response.ok) return response.text();
  throw await refusalOf(response);
}

async function refusalOf(response) {
  if (response.status === 401 && response.headers.get("HX-Redirect")) location.assign(response.headers.get("HX-Redirect"));
  return new Refused(inWords(response.status, response.headers.get("Content-Type"), await response.text()), { status: response.status, code: response.headers.get("X-Problem") ?? "" });
}

/** Only a line that the console itself wrote is shown; a page of an error is not. */
export function inWords(status, contentType, text) {
  if (status === 0) return phrase("network_failed");
  return contentType?.startsWith("text/plain") && text ? text : phrase(status >= 500 ? "went_wrong" : "not_possible");
}
