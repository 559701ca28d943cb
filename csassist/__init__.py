"""csassist: AI customer service that cites its sources and knows when to call a person."""

__version__ = "0.1.0"
