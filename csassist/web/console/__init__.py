"""The console: the pages in which support agents live, drawn on the server and kept up to date by htmx and events."""
