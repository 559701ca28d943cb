"""The admin pages of prediction; importing them registers them."""

from proactive.admin import issues, records, signals

__all__ = ["issues", "records", "signals"]
