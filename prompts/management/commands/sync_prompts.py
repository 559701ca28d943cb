"""Loads the shipped prompts into the database without touching what people wrote; safe to run at every start."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from prompts.services import sync_defaults


class Command(BaseCommand):
    help = "Load the shipped prompts: new ones are published, changed ones arrive as drafts."

    def handle(self, *args: Any, **options: Any) -> None:
        report = sync_defaults()
        for name in report.created:
            self.stdout.write(f"{name}: loaded and published")
        for name in report.drafted:
            self.stdout.write(f"{name}: the shipped text changed and waits as a draft")
        if report.broken:
            raise CommandError(
                f"The published text no longer fits the variables of: {', '.join(report.broken)}. "
                "Publish a new version in the admin."
            )
        if not (report.created or report.drafted):
            self.stdout.write("Every prompt is up to date.")
