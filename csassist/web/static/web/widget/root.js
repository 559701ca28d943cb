// The tree that the scripts work in: the widget's shadow root.

export const root = page.shadow;
