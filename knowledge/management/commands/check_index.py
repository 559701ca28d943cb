"""Compare both indexes with the database, and mend what differs on request."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from csassist.core.errors import AppError
from knowledge.generations import live_generation
from knowledge.health import compare, repair


class Command(BaseCommand):
    help = "Find missing, extra and stale entries of both indexes. Exits 1 when they differ, unless --repair mends it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair", action="store_true", help="Remove extra entries, index differing documents again."
        )
        parser.add_argument("--json", action="store_true", help="Print the findings as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        generation = live_generation()
        if generation is None:
            raise CommandError("Nothing has been indexed yet. Start the worker, or run: manage.py reindex")
        try:
            found = compare(generation)
        except AppError as error:
            raise CommandError(f"{error.message} Is the chroma process running?") from error
        counts = {"generation": generation.pk, **found.counts()}
        if options["json"]:
            self.stdout.write(json.dumps(counts))
        else:
            for name, count in counts.items():
                self.stdout.write(f"{name.replace('_', ' '):<18}{count:>8}")
        if found.is_empty():
            return
        if not options["repair"]:
            raise CommandError("The indexes differ from the database. Run again with --repair to mend them.")
        documents = repair(generation, found)
        self.stdout.write(f"{documents} documents are being indexed again by the worker.")
