"""
`manage.py import_events FILE`: what customers did in the past, from a CSV file. Reading it twice adds nothing.

The columns are those of docs/how-to/send-events.md.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from csassist.customers.event_imports import import_file
from csassist.customers.intake.files import UnreadableFile
from csassist.customers.intake.name_counts import write_noted

REFUSED_SHOWN = 20


class Command(BaseCommand):
    help = "Import events from a CSV file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        accepted_count = duplicates_count = rejected_count = 0
        try:
            for counts in import_file(file):
                accepted_count += counts.accepted
                duplicates_count += counts.duplicates
                for line, refusal in counts.refused[: max(0, REFUSED_SHOWN - rejected_count)]:
                    self.stdout.write(f"line {line}: {refusal.reason} {refusal.field}")
                rejected_count += len(counts.refused)
        except FileNotFoundError as error:
            raise CommandError(f"There is no file {file}.") from error
        except UnreadableFile as error:
            raise CommandError("This is not a CSV file in UTF-8 with a column userId or anonymousId.") from error
        finally:
            write_noted()
        self.stdout.write(f"{accepted_count} accepted, {duplicates_count} known before, {rejected_count} rejected")
