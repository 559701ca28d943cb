"""Write the issue types that come with the product into an installation that has none of them."""

from typing import Any

from django.core.management.base import BaseCommand

from proactive.models import IssueState
from proactive.services.shipped import load_shipped_issues


class Command(BaseCommand):
    help = "Write the shipped issue types and their scorecards, in shadow; what is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        count = load_shipped_issues(state=IssueState.SHADOW)
        self.stdout.write(f"{count} issue types written. Look at them in the admin, under Prediction.")
