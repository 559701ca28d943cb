"""The name staff see for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "csassist.delivery"
    verbose_name = _("Delivery")
