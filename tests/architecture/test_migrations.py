"""The migrations describe the models, and every own one says what it does."""

import re

import pytest
from django.core.management import call_command

from tests.architecture.source import PACKAGES, tracked_files

NAMED = re.compile(r"\d{4}_(?!auto)[a-z0-9_]+\.py|__init__\.py")


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_is_numbered_and_named_for_what_it_does():
    own = [path for path in tracked_files() if path.parent.name == "migrations" and path.parts[0] in PACKAGES]

    assert [str(path) for path in own if not NAMED.fullmatch(path.name)] == []
