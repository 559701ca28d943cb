// What can go wrong with a request, said in words.

import { messageMaxCharacters, phrase } from "./phrases.js";

const TIMEOUT_MILLISECONDS = 20_000;
export const UPLOAD_MILLISECONDS = 120_000;

export class Problem extends Error {
  /** `code` is the API's, or "network" when no answer came. `retryAfterSeconds` is null when the server named none. */
  constructor({ code, message = "", status = 0, retryAfterSeconds = null }) {
    super(message || code);
    Object.assign(this, { code, status, retryAfterSeconds, serverWords: message });
  }

  /** What to tell the customer. */
  get words() {
    if (this.code === "network") return phrase("network_failed");
    if (this.status === 429) return phrase("rate_limited", { seconds: this.retryAfterSeconds ?? 60 });
    if (this.status === 503) return phrase("server_busy");
    if (this.status === 413 && !this.serverWords) return phrase("too_long", { limit: messageMaxCharacters });
    if (this.status >= 400 && this.status < 500 && this.serverWords) return this.serverWords;
    return phrase("went_wrong");
  }
}

/** The body of an answer; throws the Problem that the answer tells of. Nothing is the body of an answer without one. */
export async function bodyOf(response) {
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  throw new Problem({
    code: answer?.error?.code ?? "unreadable",
    message: answer?.error?.message,
    status: response.status,
    retryAfterSeconds: Number(response.headers.get("Retry-After")) || null,
  });
}

/** The bytes of an answer; throws the Problem that the answer tells of. */
export async function blobOf(response) {
  return response.ok ? response.blob() : bodyOf(response);
}

export function fileForm(file, clientKey) {
  const form = new FormData();
  form.append("client_key", clientKey);
  form.append("file", file);
  return form;
}

/** The answer to a request; throws a Problem when none came in time. */
export async function answerTo(address, options, timeoutMilliseconds = TIMEOUT_MILLISECONDS) {
  try {
    return await fetch(address, { ...options, signal: AbortSignal.timeout(timeoutMilliseconds) });
  } catch (error) {
    throw new Problem({ code: "network", message: error.name });
  }
}
