"""The project itself as an app: it registers the checks between settings."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "csassist"

    def ready(self) -> None:
        from csassist import checks  # noqa: F401 - importing registers
