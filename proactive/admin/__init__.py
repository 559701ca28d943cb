"""The admin pages of prediction; importing them registers them."""

from proactive.admin import issues, records

__all__ = ["issues", "records"]
