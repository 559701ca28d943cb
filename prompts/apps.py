"""Registers the checks of `checks.py`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromptsConfig(AppConfig):
    name = "prompts"
    verbose_name = _("Prompts")

    def ready(self) -> None:
        from prompts import checks  # noqa: F401 -- importing registers
