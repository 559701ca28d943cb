"""The name staff see for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalysisConfig(AppConfig):
    name = "csassist.analysis"
    verbose_name = _("Reading messages")
