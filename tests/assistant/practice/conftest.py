"""A small scenario, an article that answers it, and an agent who practises."""

import pytest

from csassist.accounts.models import User
from csassist.assistant.models import PracticeScenario, PracticeSession
from csassist.assistant.practice import library, sessions
from knowledge import services
from knowledge.models import Collection, Document
from knowledge.services import Place, VersionText
from tests.assistant.practice.small import TEXT
from tests.knowledge.conftest import help_shelf, indexes, no_indexes, signed_in, staff_shelf

__all__ = ["help_shelf", "indexes", "no_indexes", "signed_in", "staff_shelf"]


@pytest.fixture
def scenario(db: None) -> PracticeScenario:
    return library.write(text=TEXT)


@pytest.fixture
def returns(help_shelf: Collection) -> Document:
    """The article of the scenario, live."""
    text = VersionText(title="Returns", body="You can return goods within 30 days of delivery.")
    document = services.create_document(place=Place(help_shelf, slug="en/returns"), text=text)
    services.publish(version=document.versions.get())
    document.refresh_from_db()
    document.live_version = document.published_version
    document.save()
    return document


@pytest.fixture
def session(scenario: PracticeScenario, ben: User) -> PracticeSession:
    return sessions.start(scenario=scenario, agent=ben)
