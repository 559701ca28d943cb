"""From what a source sends to the rows that are kept: reading an item, who it is about, storing it once."""
