"""The name staff see for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModelsConfig(AppConfig):
    name = "csassist.llm"
    verbose_name = _("Models and budget")
