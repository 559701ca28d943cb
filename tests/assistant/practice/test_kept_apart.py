"""
Practice counts nowhere: its tables touch no other, and a session leaves every other table as it was.

So no metric, inbox, search, stream, export or index over those tables can ever show it, today's or tomorrow's.
"""

import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from csassist.accounts.models import User
from csassist.assistant.models import PracticeScenario, PracticeSession, PracticeTurn
from csassist.conversations import selectors
from csassist.llm.models import BudgetDay, ModelCall
from csassist.llm.test_server import TestModelServer
from knowledge import reading_counts
from knowledge.models import Document
from prompts.services import sync_defaults
from tests.architecture.source import ROOT, python_modules
from tests.assistant.conftest import model, with_model

__all__ = ["model", "with_model"]

OWN = (PracticeScenario, PracticeSession, PracticeTurn)
MAY_REFER_TO = {*OWN, User}
CHARGED = (ModelCall, BudgetDay)  # what a model costs is real, and stands there as a trial
NOT_COUNTED = {"sessions.Session", "accounts.User"}  # who is signed in
MAY_NAME_THEM = re.compile(
    r"csassist/(assistant/(models|practice|admin|migrations)/|web/practice/|web/templatetags/admin_navigation|demo/load|accounts/roles)"
)


def stored() -> dict[str, list[dict[str, Any]]]:
    models = [one for one in apps.get_models() if one not in OWN and one._meta.label not in NOT_COUNTED]
    return {one._meta.label: list(one._default_manager.order_by("pk").values()) for one in models}


@pytest.mark.once
def test_its_tables_refer_to_staff_alone_and_nothing_refers_to_them():
    for own in OWN:
        assert {field.related_model for field in own._meta.get_fields() if field.related_model} <= MAY_REFER_TO
    for other in set(apps.get_models()) - MAY_REFER_TO:
        assert not {field.related_model for field in other._meta.get_fields()} & set(OWN), other


@pytest.mark.once
def test_no_other_module_knows_them():
    named = [
        str(path)
        for path in python_modules()
        if path.parts[0] != "tests"
        and not MAY_NAME_THEM.match(str(path))
        and re.search(r"Practice(?:Scenario|Session|Turn)\b", (ROOT / path).read_text("utf-8"))
    ]

    assert named == []


@pytest.mark.once
@pytest.mark.django_db
def test_a_session_leaves_every_other_table_as_it_was(
    scenario: PracticeScenario, returns: Document, ben: User, no_indexes: None
):
    before = stored()
    practise(scenario, returns, ben)

    assert stored() == before
    assert PracticeSession.objects.get().score is not None
    assert returns.pk not in {pk for pk, _day in reading_counts.take_noted()}


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_with_a_model_only_its_cost_is_noted_as_a_trial(
    scenario: PracticeScenario, returns: Document, ben: User, no_indexes: None, with_model: TestModelServer
):
    sync_defaults()
    with_model.script("It's LH-10203040, if that helps.", "Hm, well?")
    before = stored()
    practise(scenario, returns, ben, played_by="model")
    after = stored()

    assert {name for name in after if after[name] != before[name]} == {one._meta.label for one in CHARGED}
    assert set(ModelCall.objects.values_list("purpose", flat=True)) == {ModelCall.Purpose.TRIAL}
    assert PracticeTurn.objects.filter(is_by_model=True).exists()


@pytest.mark.once
@pytest.mark.django_db
def test_what_staff_list_and_search_shows_nothing_of_it(session: PracticeSession, cleo: User):
    words = "kettle"

    assert list(selectors.all_conversations(words=words, status="")) == []
    assert list(selectors.people_waiting()) == []
    browser = Client()
    browser.force_login(cleo)
    assert "kettle" not in browser.get("/api/v1/staff/conversations", {"q": words}).text


def practise(scenario: PracticeScenario, article: Document, agent: User, **options: str) -> None:
    """Through the pages, with everything one can do there."""
    browser = Client()
    browser.force_login(agent)
    browser.get(reverse("practice"))
    begun = browser.post(reverse("practice_start", args=[scenario.public_id]), options)
    page = begun.headers["Location"]
    browser.get(page)
    browser.get(f"{page}search", {"q": "return"}, headers={"X-Part": "1"})
    browser.get(reverse("practice_article", args=[article.public_id]))
    for version, text in enumerate(("Hello, what is the order number?", "You have 30 days.")):
        sent = {"text": text, "version": str(version), "cite": [str(article.public_id)], "act": "say"}
        assert browser.post(f"{page}act", sent).status_code == 302
    ended = browser.post(f"{page}act", {"act": "end"})
    assert browser.get(ended.headers["Location"]).status_code == 200
