"""Customers, and the events that come in about them, as staff see them."""

from csassist.customers.admin import debugger, event_imports, event_names, event_sources, people

__all__ = ["debugger", "event_imports", "event_names", "event_sources", "people"]
