// The public API from another origin: a token in a header, never a cookie.

import { pageLanguage } from "./phrases.js";
import { answerTo, blobOf, bodyOf, fileForm, UPLOAD_MILLISECONDS } from "./problem.js";

export const hasToken = () => Boolean(page.session.token);
export const readConversation = (id) => call("GET", `conversations/${id}`);
export const listMessages = (id, number = 1) => call("GET", `conversations/${id}/messages?page=${number}&page_size=100`);
export const listConversations = (number = 1) => call("GET", `conversations?page=${number}&page_size=20`);
export const sendMessage = (id, { text, clientKey, files = [] }) =>
  call("POST", `conversations/${id}/messages`, { text, client_key: clientKey, attachments: files.map((file) => file.id) });
export const uploadFile = (id, file, clientKey) => call("POST", `conversations/${id}/attachments`, fileForm(file, clientKey));
export const takeBack = (id) => call("DELETE", `attachments/${id}`);
export const readAttachment = async (id) => blobOf(await answer("GET", `attachments/${id}`));
// Nobody without a token has anything to read.
export const readUnread = () => (hasToken() ? call("GET", "conversations/unread", undefined, { cache: "no-cache" }) : { unread: 0, conversations: {} });
export const markRead = (id, message) => call("POST", `conversations/${id}/read`, { message });
export const askForPerson = (id, request) => call("POST", `conversations/${id}/person`, request);
export const sendCode = (id, email) => call("POST", `conversations/${id}/identity-check`, { email, language: pageLanguage });
export const confirmCode = (id, code) => call("POST", `conversations/${id}/identity-check/confirm`, { code });
// Kept alive: who rates and leaves the page in the same moment has rated.
export const rateMessage = (id, rating) => call("POST", `messages/${id}/feedback`, rating, { keepalive: true });
export const suggestArticles = (text) => call("POST", "suggestions", { text });
export const articleAddress = (path) => new URL(path, page.base).href;
export const readSurvey = (id) => call("GET", `surveys/${id}`);
export const answerSurvey = (id, answer) => call("POST", `surveys/${id}`, answer, { keepalive: true });
export const readCitation = (id) => call("GET", `citations/${id}`);

export async function startConversation() {
  const started = await call("POST", "conversations", { language: pageLanguage, channel: "widget" });
  page.session.keepToken(started.visitor_token);
  return started;
}

/** The answer that carries a conversation's events after that number, as it comes. */
export function openEvents(id, afterSeq, signal) {
  return fetch(`${page.base}api/v1/conversations/${id}/events`, {
    headers: { Accept: "text/event-stream", "Last-Event-ID": String(afterSeq), ...page.session.headers },
    credentials: "omit",
    cache: "no-store",
    signal,
  });
}

const call = async (...request) => bodyOf(await answer(...request));

/** With `more.cache` "no-cache" the browser asks with the ETag that it has. */
async function answer(method, path, body, more = {}) {
  const isForm = body instanceof FormData;
  const isLong = isForm || path.startsWith("attachments");
  const send = () =>
    answerTo(
      `${page.base}api/v1/${path}`,
      {
        method,
        headers: { Accept: "application/json", ...(body && !isForm && { "Content-Type": "application/json" }), ...page.session.headers },
        credentials: "omit",
        cache: "no-store",
        ...more,
        body: isForm ? body : JSON.stringify(body),
      },
      isLong ? UPLOAD_MILLISECONDS : undefined,
    );
  const first = await send();
  return first.status === 401 && (await page.renew()) ? send() : first;
}
