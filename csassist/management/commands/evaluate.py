"""Measure the product on data of one's own: `manage.py evaluate SUBJECT`, one module a subject."""

from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from csassist.core.errors import AppError

# Each module offers add_arguments(parser) and run(options, stdout).
SUBJECTS = {
    "abstention": "csassist.assistant.abstention",
    "golden": "csassist.demo.golden",
    "grounding": "csassist.management.grounding",
    "injection": "csassist.management.injection",
    "intents": "csassist.analysis.intents_evaluation",
    "risk": "proactive.learning.risk_evaluation",
    "prediction": "csassist.management.prediction_evaluation",
    "risks": "csassist.analysis.risks_evaluation",
    "retrieval": "knowledge.evaluation",
    "sentiment": "csassist.analysis.sentiment_evaluation",
}


class Command(BaseCommand):
    help = "Measure how well a part of the product works on a labelled set."
    requires_system_checks: list[str] = []
    subjects = SUBJECTS

    def add_arguments(self, parser: ArgumentParser) -> None:
        choices = parser.add_subparsers(dest="subject", required=True)
        for name, module in self.subjects.items():
            import_module(module).add_arguments(choices.add_parser(name))

    def handle(self, *args: Any, subject: str, **options: Any) -> None:
        try:
            import_module(self.subjects[subject]).run(options, self.stdout)
        except AppError as error:
            raise CommandError(error.message) from error
