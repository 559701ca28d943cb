"""Pages of the admin about what leaves, importing them registers them."""

from csassist.delivery.admin import deliveries, invitations, stored_mails

__all__ = ["deliveries", "invitations", "stored_mails"]
