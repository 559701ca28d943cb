"""The board: the most likely first, filtered by its address, told as old when it is old, taken away as a safe file."""

import asyncio
import csv
import io
import re
from datetime import timedelta
from typing import cast

import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client
from django.utils import timezone

from csassist.accounts.models import User
from csassist.audit.models import AuditEvent
from proactive.models import CurrentRisk, IssueType, ScoreModel, ScoringRun
from proactive.services import exporting
from tests.factories import CurrentRiskFactory, CustomerFactory, IssueTypeFactory

pytestmark = pytest.mark.django_db
Risks = dict[str, CurrentRisk]


def names(page: str) -> list[str]:
    return re.findall(r'class="risk-who"><a [^>]*>([^<]+)</a>', page)


def test_those_at_risk_come_first_with_band_reasons_and_freshness(bens: Client, risks: Risks):
    page = bens.get("/console/risks/").text

    assert names(page) == ["Mara Lindqvist", "李雷"]
    assert "81 %" in page
    assert "3 failed payments in 7 days" in page
    assert re.search(r'band danger"><svg.*?</svg>High</span>', page, re.DOTALL)
    assert "1 high" in page
    assert "1 elevated" in page
    assert "2 risks" in page
    assert "Computed" in page
    assert "note-line" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("band=low", ["Tom"]),
        ("band=all", ["Mara Lindqvist", "李雷", "Tom"]),
        ("band=high", ["Mara Lindqvist"]),
        ("plan=Basic", ["李雷"]),
        ("language=en&band=all", ["Mara Lindqvist", "Tom"]),
        ("words=lindq", ["Mara Lindqvist"]),
        ("words=LH-7", ["Mara Lindqvist"]),
        ("words=mara@", ["Mara Lindqvist"]),
        ("words=李", ["李雷"]),
        ("issue=payment", ["Mara Lindqvist", "李雷"]),
        ("issue=unknown", []),
        ("band=nonsense", ["Mara Lindqvist", "李雷"]),
        ("page=99", ["Mara Lindqvist", "李雷"]),
    ],
)
def test_the_address_says_who_is_shown(bens: Client, risks: Risks, query: str, shown: list[str]):
    assert names(bens.get(f"/console/risks/?{query}").text) == shown


def test_an_issue_that_is_off_is_not_shown(bens: Client, risks: Risks, issue: IssueType):
    IssueType.objects.filter(pk=issue.pk).update(state="off")

    page = bens.get("/console/risks/").text

    assert names(page) == []
    assert "No issue is looked for yet" in page


def test_pages_follow_one_another_and_keep_the_filters(bens: Client, risks: Risks, champion: ScoreModel):
    for number in range(60):
        customer = CustomerFactory.create(name=f"Customer {number}", plan="Many")
        CurrentRiskFactory.create(customer=customer, model=champion, probability=0.7)

    first = bens.get("/console/risks/?plan=Many").text
    second = bens.get("/console/risks/?plan=Many&page=2").text

    assert "page 1 of 2" in first
    assert 'href="?plan=Many&amp;page=2"' in first
    assert len(names(first)) == 50
    assert len(names(second)) == 10
    assert not set(names(first)) & set(names(second))


def test_the_number_of_queries_does_not_grow_with_the_rows(
    bens: Client, risks: Risks, champion: ScoreModel, django_assert_max_num_queries
):
    for _number in range(30):
        CurrentRiskFactory.create(model=champion)
    bens.get("/console/risks/")

    with django_assert_max_num_queries(24):
        bens.get("/console/risks/")


def test_old_scores_are_told_as_old(bens: Client, risks: Risks):
    ScoringRun.objects.update(finished_at=timezone.now() - timedelta(hours=2, minutes=1))

    assert "These scores are old" in bens.get("/console/risks/").text


def test_a_pass_that_failed_makes_nothing_fresh(bens: Client, risks: Risks):
    ScoringRun.objects.update(state=ScoringRun.State.FAILED)

    assert "No scoring pass is done yet" in bens.get("/console/risks/").text


def test_a_scorecard_that_stands_in_is_told(bens: Client, risks: Risks, champion: ScoreModel):
    ScoreModel.objects.filter(pk=champion.pk).update(frozen_reason="drifted")
    CurrentRisk.objects.filter(pk=risks["Mara"].pk).update(stands_in="drifted")

    page = bens.get("/console/risks/").text

    assert "Failed payment: the scorecard stands in for the model, because customers no longer look like" in page
    assert re.search(r'title="customers no longer[^"]+">The scorecard stands in<', page)
    assert f"/console/models/{champion.public_id}/" not in page  # an agent may not see models


@pytest.mark.once
def test_an_empty_board_says_what_to_do(bens: Client, cleos: Client):
    assert "A supervisor or an admin writes one" in bens.get("/console/risks/").text
    assert "/admin/proactive/issuetype/" in cleos.get("/console/risks/").text
    IssueTypeFactory.create()
    assert "Scores need events" in bens.get("/console/risks/").text
    assert "Nobody fits these filters" in bens.get("/console/risks/?words=nobody").text


@pytest.mark.once
def test_a_name_cannot_act_on_the_page(bens: Client, champion: ScoreModel):
    CurrentRiskFactory.create(model=champion, customer=CustomerFactory.create(name="<script>alert(1)</script>"))

    page = bens.get("/console/risks/").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def table(content: bytes) -> list[dict[str, str]]:
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_file_holds_what_the_board_shows_and_is_on_record(bens: Client, ben: User, risks: Risks, monkeypatch):
    monkeypatch.setattr(exporting, "BATCH_ROWS", 1)
    answer = bens.get("/console/risks/export?language=en&band=all")

    rows = table(answer.getvalue())
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="risks-')
    assert [row["Customer"] for row in rows] == ["Mara Lindqvist", "Tom"]
    assert rows[0]["Probability"] == "0.8100"
    assert rows[0]["Reason 1"] == "3 failed payments in 7 days"
    event = AuditEvent.objects.get(action="risks.exported")
    assert (event.actor_name, event.facts) == (str(ben), {"rows": 2, "filter": {"language": "en", "band": "all"}})


def test_rows_of_the_same_probability_are_neither_lost_nor_doubled(bens: Client, champion: ScoreModel, monkeypatch):
    monkeypatch.setattr(exporting, "BATCH_ROWS", 2)
    made = {str(CurrentRiskFactory.create(model=champion).customer.public_id) for _number in range(5)}

    rows = table(bens.get("/console/risks/export").getvalue())

    assert sorted(row["Customer id"] for row in rows) == sorted(made)


@pytest.mark.once
def test_a_name_that_is_a_formula_is_text_in_the_file(bens: Client, champion: ScoreModel):
    CurrentRiskFactory.create(model=champion, customer=CustomerFactory.create(name="=HYPERLINK(1)", plan="+49"))

    row = table(bens.get("/console/risks/export").getvalue())[0]

    assert (row["Customer"], row["Plan"]) == ("'=HYPERLINK(1)", "'+49")


@pytest.mark.once
def test_the_file_is_in_the_language_of_the_page(bens: Client, risks: Risks):
    content = bens.get("/console/risks/export", headers={"Accept-Language": "zh-CN"}).getvalue()

    assert "7 天内" in content.decode()


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_under_asgi_the_file_is_streamed_in_pieces(ben: User, risks: Risks, monkeypatch):
    monkeypatch.setattr(exporting, "BATCH_ROWS", 1)

    async def run() -> list[bytes]:
        browser = AsyncClient()
        await browser.aforce_login(ben)
        answer = await browser.get("/console/risks/export?band=all")
        return [piece async for piece in cast(StreamingHttpResponse, answer)]

    pieces = asyncio.run(run())

    assert len(pieces) == 4  # the head and three rows
    assert len(table(b"".join(pieces))) == 3
