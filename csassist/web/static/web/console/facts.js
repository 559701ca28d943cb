// The words and facts that the server sent with the page.

export const facts = JSON.parse(document.getElementById("page-facts").textContent);
// The page's language as the reader's own country writes it.
const language = document.documentElement.lang;
export const locale = navigator.languages.find((one) => one.slice(0, 2) === language.slice(0, 2)) ?? language;

/** The translated sentence of that name, its `{places}` filled. An unknown name is a bug and throws. */
export function phrase(name, places = {}) {
  const sentence = facts.phrases[name];
  if (sentence === undefined) throw new Error(`No phrase is named ${name}.`);
  return sentence.replace(/\{(\w+)\}/g, (whole, place) => (place in places ? String(places[place]) : whole));
}

export const byId = (id) => document.getElementById(id);

/** The conversation that is open, or null. */
export const openCase = () => byId("case");
export const openId = () => openCase()?.dataset.conversation ?? null;
