// The words and facts that the server sent for this language.

const { facts } = page;

export const pageLanguage = facts.language;
export const locale = facts.language === "zh" ? "zh-Hans" : "en";
export const messageMaxCharacters = facts.message_max_characters;
export const attachmentRules = facts.attachments;
export const company = facts.company;
export const suggestions = facts.suggestions;

/** The translated sentence of that name, its `{places}` filled. An unknown name is a bug and throws. */
export function phrase(name, places = {}) {
  const sentence = facts.phrases[name];
  if (sentence === undefined) throw new Error(`No phrase is named ${name}.`);
  return sentence.replace(/\{(\w+)\}/g, (whole, place) => (place in places ? String(places[place]) : whole));
}
