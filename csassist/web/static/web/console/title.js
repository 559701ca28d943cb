// The page's title, with how much is new while nobody looks.

const COUNT = /^\(\d+\) /;
let unread = 0;

export function setTitle(words) {
  document.title = unread ? `(${unread}) ${words}` : words;
}

export const plainTitle = () => document.title.replace(COUNT, "");

export function countUnread(count) {
  const words = plainTitle();
  unread = count;
  setTitle(words);
}
