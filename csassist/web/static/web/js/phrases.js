// The words and facts that the server sent with the page.

const facts = JSON.parse(document.getElementById("page-facts").textContent);

export const pageLanguage = facts.language;
export const locale = document.documentElement.lang;
export const openedConversation = facts.conversation;
export const aboutDocument = facts.about;
export const messageMaxCharacters = facts.messageMaxCharacters;
export const attachmentRules = facts.attachments;

/** The translated sentence of that name, its `{places}` filled. An unknown name is a bug and throws. */
export function phrase(name, places = {}) {
  const sentence = facts.phrases[name];
  if (sentence === undefined) throw new Error(`No phrase is named ${name}.`);
  return sentence.replace(/\{(\w+)\}/g, (whole, place) => (place in places ? String(places[place]) : whole));
}
