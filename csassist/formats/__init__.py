"""How dates and times are written in lists and facts: short and on a 24-hour clock, in both languages."""
