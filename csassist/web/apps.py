"""The web app: what customers see, the look of the admin, and the two health addresses."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "csassist.web"
