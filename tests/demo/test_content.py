"""The demo company's content keeps its promises: counts, front matter, recorded flaws and golden questions agree."""

import csv
import datetime
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

DEMO = Path(__file__).parents[2] / "csassist" / "demo"
GOLDEN = DEMO / "golden_questions.jsonl"
KEYS = {
    "title", "collection", "owner", "language", "effective_from", "review_due", "questions", "aliases"
}  # fmt: skip
COLLECTIONS = {"help", "plans-and-billing", "members", "staff"}
PUBLIC = {"help", "plans-and-billing"}


def _articles() -> dict[str, tuple[dict[str, Any], str]]:
    found = {}
    for path in sorted((DEMO / "articles").glob("*/*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        found[f"{path.parent.name}/{path.stem}"] = (yaml.safe_load(front), body)
    return found


ARTICLES = _articles()
QUESTIONS = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]


def test_there_are_enough_articles_in_both_languages():
    languages = Counter(slug[:2] for slug in ARTICLES)
    collections = Counter(front["collection"] for front, _ in ARTICLES.values())
    assert languages["en"] >= 64
    assert languages["zh"] >= 44
    assert collections["staff"] == collections["members"] == 8
    assert sum("| --- |" in body for _, body in ARTICLES.values()) >= 10


@pytest.mark.parametrize("slug", ARTICLES)
def test_every_article_has_complete_front_matter_and_headings(slug):
    front, body = ARTICLES[slug]
    assert set(front) - {"state"} == KEYS
    assert front["collection"] in COLLECTIONS
    assert front["owner"] in {"cleo", "ben"}
    assert front["language"] == slug[:2]
    assert front.get("state", "draft") == "draft"
    assert isinstance(front["effective_from"], datetime.date)
    assert front["effective_from"] < front["review_due"]
    assert 2 <= len(front["questions"]) <= 5
    assert len(front["aliases"]) <= 4
    assert "\n## " in body


def test_no_two_articles_share_a_title_a_question_or_a_body():
    titles = [(slug[:2], front["title"]) for slug, (front, _) in ARTICLES.items()]
    asked = [question for front, _ in ARTICLES.values() for question in front["questions"]]
    bodies = [body for _, body in ARTICLES.values()]
    for values in (titles, asked, bodies):
        assert len(set(values)) == len(values)


def test_known_flaws_name_existing_articles():
    flaws = json.loads((DEMO / "known_flaws.json").read_text(encoding="utf-8"))
    assert Counter(flaw["kind"] for flaw in flaws) == {"contradiction": 4, "near_duplicate": 4, "stale": 3}
    for flaw in flaws:
        assert set(flaw["articles"]) <= set(ARTICLES)
    stale = {slug for flaw in flaws if flaw["kind"] == "stale" for slug in flaw["articles"]}
    assert stale == {slug for slug, (front, _) in ARTICLES.items() if front["review_due"].year == 2025}


def test_customers_are_fictional_and_speak_both_languages():
    customers = json.loads((DEMO / "customers.json").read_text(encoding="utf-8"))
    assert Counter(customer["language"] for customer in customers) == {"en": 18, "zh": 12}
    assert len({customer["external_id"] for customer in customers}) == 30
    assert all(customer["email"].endswith(("@example.com", "@example.cn")) for customer in customers)
    assert {customer["plan"] for customer in customers} == {"free", "plus", "family", "pro"}


def test_upload_samples_say_nothing_the_articles_already_say():
    uploads = DEMO / "uploads"
    with (uploads / "wren-questions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = (uploads / "wren-accessories.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(rows) >= 40
    assert len(lines) == 20
    assert all(row["question"] and row["answer"] for row in [*rows, *map(json.loads, lines)])
    assert not any(word in body for _, body in ARTICLES.values() for word in ("Wren", "鹪鹩"))


def test_golden_questions_have_the_agreed_counts():
    counts = Counter((question["kind"], question["language"]) for question in QUESTIONS)
    assert counts == {
        ("answerable", "en"): 65, ("answerable", "zh"): 45,
        ("off_topic", "en"): 20, ("off_topic", "zh"): 15,
        ("near_miss", "en"): 20, ("near_miss", "zh"): 15,
    }  # fmt: skip
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)


def test_golden_questions_are_not_copied_from_the_articles():
    asked = {question.lower() for front, _ in ARTICLES.values() for question in front["questions"]}
    assert not asked & {question["question"].lower() for question in QUESTIONS}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_a_golden_question_names_public_articles_that_hold_its_facts(question):
    answerable = question["kind"] == "answerable"
    assert bool(question["articles"]) == bool(question["must_contain"]) == answerable
    for slug in question["articles"]:
        front, _ = ARTICLES[slug]
        assert front["collection"] in PUBLIC
        assert "state" not in front
    bodies = [ARTICLES[slug][1] for slug in question["articles"]]
    for fact in question["must_contain"]:
        assert any(fact in body for body in bodies), fact
