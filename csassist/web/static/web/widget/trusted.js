// Declares rendered HTML of the server fit for insertion, also where the host page demands trusted types.

export const trusted = page.trusted;
