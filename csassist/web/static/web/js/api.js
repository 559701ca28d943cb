// The public API, one function per call. Every failure is a Problem that can be said in words.

import { aboutDocument, pageLanguage } from "./phrases.js";
import { answerTo, blobOf, bodyOf, fileForm, UPLOAD_MILLISECONDS } from "./problem.js";

export const startConversation = () => call("POST", "conversations", { language: pageLanguage, channel: "web", about: aboutDocument });
export const readConversation = (id) => call("GET", `conversations/${id}`);
export const listMessages = (id, page = 1) => call("GET", `conversations/${id}/messages?page=${page}&page_size=100`);
export const listConversations = (page = 1) => call("GET", `conversations?page=${page}`);
export const sendMessage = (id, { text, clientKey, files = [] }) =>
  call("POST", `conversations/${id}/messages`, { text, client_key: clientKey, attachments: files.map((file) => file.id) });
export const uploadFile = (id, file, clientKey) => call("POST", `conversations/${id}/attachments`, fileForm(file, clientKey));
export const takeBack = (id) => call("DELETE", `attachments/${id}`);
export const readAttachment = async (id) => blobOf(await answerTo(`/api/v1/attachments/${id}`, {}, UPLOAD_MILLISECONDS));
export const readUnread = () => call("GET", "conversations/unread");
export const markRead = (id, message) => call("POST", `conversations/${id}/read`, { message });
export const askForPerson = (id, request) => call("POST", `conversations/${id}/person`, request);
export const sendCode = (id, email) => call("POST", `conversations/${id}/identity-check`, { email, language: pageLanguage });
export const confirmCode = (id, code) => call("POST", `conversations/${id}/identity-check/confirm`, { code });
// Kept alive: who rates and leaves the page in the same moment has rated.
export const rateMessage = (id, rating) => call("POST", `messages/${id}/feedback`, rating, { keepalive: true });
export const suggestArticles = (text) => call("POST", "suggestions", { text });
export const articleAddress = (path) => path;
export const readSurvey = (id) => call("GET", `surveys/${id}`);
export const answerSurvey = (id, answer) => call("POST", `surveys/${id}`, answer, { keepalive: true });
export const readCitation = (id) => call("GET", `citations/${id}`);
export const eventsAddress = (id, afterSeq) => `/api/v1/conversations/${id}/events?after=${afterSeq}`;

async function call(method, path, body, more = {}) {
  const headers = { Accept: "application/json" };
  const isForm = body instanceof FormData;
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body && !isForm) headers["Content-Type"] = "application/json";
  const options = { ...more, method, headers, body: isForm ? body : JSON.stringify(body) };
  return bodyOf(await answerTo(`/api/v1/${path}`, options, isForm ? UPLOAD_MILLISECONDS : undefined));
}

function csrfToken() {
  return document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? "";
}
