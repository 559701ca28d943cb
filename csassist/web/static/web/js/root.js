// The tree that the scripts work in: the page's document. The widget has a shadow root in its place.

export const root = document;
