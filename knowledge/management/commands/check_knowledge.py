"""Check the articles themselves: contradictions, near-duplicates, what is out of date, what no answer uses."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from knowledge.curation.checks import check_due
from knowledge.curation.findings import check_all_again
from knowledge.generations import live_generation
from knowledge.models import Finding


class Command(BaseCommand):
    help = "Do the checks of the articles that are due, and print what is open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the findings as JSON, one a line.")
        parser.add_argument("--again", action="store_true", help="Compare every document anew, also unchanged ones.")

    def handle(self, *args: Any, **options: Any) -> None:
        if live_generation() is None:
            raise CommandError("Nothing has been indexed yet. Start the worker, or run: manage.py reindex")
        if options["again"]:
            check_all_again()
        while check_due(budget_seconds=30.0):
            pass
        for finding in Finding.objects.open().select_related("document", "other_document").order_by("kind", "-score"):
            if options["json"]:
                self.stdout.write(json.dumps(_as_json(finding), ensure_ascii=False))
            else:
                self._print(finding)

    def _print(self, finding: Finding) -> None:
        names = [one.title for one in (finding.document, finding.other_document) if one]
        self.stdout.write(f"{finding.kind:<15}{finding.score:>5.2f}  {' | '.join(names)}")
        for quote in finding.evidence["quotes"][:2]:
            self.stdout.write(f"{'':<22}{' '.join(quote['text'].split())[:160]}")


def _as_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": str(finding.public_id),
        "kind": finding.kind,
        "score": finding.score,
        "documents": [str(one.public_id) for one in (finding.document, finding.other_document) if one],
        "slugs": [one.slug for one in (finding.document, finding.other_document) if one],
        "first_seen": finding.first_seen.isoformat(),
        "evidence": finding.evidence,
    }
