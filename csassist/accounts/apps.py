"""The name staff see for this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "csassist.accounts"
    verbose_name = _("Staff and API keys")
