"""The name staff see for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    name = "csassist.scheduling"
    verbose_name = _("Schedule")
