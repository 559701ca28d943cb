"""What waits to be published is tried first: held back when answers get worse, published when they do not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.assistant import comparing, comparisons, golden_questions
from csassist.assistant.golden_questions import QuestionText
from csassist.assistant.models import AnswerTrace, Comparison, GoldenQuestion
from csassist.core.errors import Conflict, InvalidInput
from csassist.core.verdicts import CheckNeeded, Verdict
from csassist.llm import choices
from csassist.llm.models import ModelChoice
from knowledge import publication, services
from knowledge.models import Collection, Document, DocumentVersion
from knowledge.services import VersionText
from prompts import publication as prompt_publication
from prompts.models import Prompt
from prompts.services import draft_version
from tests.assistant.conftest import RETURNS

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "How long can I return something?"


@pytest.fixture
def guarded(knowledge, help_shelf: Collection) -> GoldenQuestion:
    golden_questions.write(text=QuestionText(question="Do you sell boats?", collection=help_shelf, expects="refusal"))
    document = Document.objects.get(title="Returns and refunds")
    return golden_questions.write(
        text=QuestionText(question=QUESTION, collection=help_shelf, must_contain=("30 days",), documents=(document,))
    )


@pytest.fixture
def settle(work):
    """The worker's rounds until nothing moves any more."""

    def run() -> Comparison | None:
        for _round in range(60):
            work()
            Comparison.objects.update(not_before=None)
            if not comparisons.sweep():
                break
        work()
        return Comparison.objects.order_by("pk").last()

    return run


def draft_of(title: str, body: str) -> DocumentVersion:
    document = Document.objects.get(title=title)
    asked = tuple(document.versions.get(number=1).questions)
    return services.write_version(document=document, text=VersionText(title=title, body=body, questions=asked))


def test_without_golden_questions_publishing_does_not_wait(knowledge):
    assert publication.request(version=draft_of("Lock batteries", "Eighteen months."))


def test_an_article_that_breaks_a_golden_question_is_held_back(guarded, settle, find):
    version = draft_of("Returns and refunds", RETURNS.replace("30 days", "14 days"))
    assert not publication.request(version=version)
    comparison = settle()

    assert (comparison.state, comparison.verdict) == ("done", Verdict.REGRESSED)
    [worse] = comparison.answers.filter(change="regressed")
    assert "30 days" in worse.before["text"]
    assert "14 days" in worse.after["text"]
    assert worse.after["misses"] == [{"kind": "lacks", "detail": "30 days"}]
    version.refresh_from_db()
    assert (version.state, version.verdict) == ("draft", Verdict.REGRESSED)
    assert "30 days" in " ".join(one.passage.text for one in find(QUESTION).passages)


def test_what_is_tried_is_never_found_by_anybody_else(guarded, work, find):
    version = draft_of("Returns and refunds", RETURNS.replace("30 days", "14 days"))
    publication.request(version=version)
    work()
    assert publication.is_staged([version.document_id])
    assert "14 days" not in " ".join(one.passage.text for one in find(QUESTION).passages)


def test_an_article_that_changes_nothing_for_the_worse_is_published(guarded, settle, cleo):
    version = draft_of("Returns and refunds", RETURNS.replace("4.90", "5.90"))
    publication.request(version=version, publisher=cleo)
    comparison = settle()

    assert comparison.verdict == Verdict.PASSED
    document = Document.objects.get(pk=version.document_id)
    assert (document.live_version_id, document.candidate_version_id) == (version.pk, None)
    assert DocumentVersion.objects.get(pk=version.pk).published_by == cleo
    guarded.refresh_from_db()
    assert guarded.last_passed


def test_an_answer_that_the_change_cannot_touch_is_not_asked_twice(guarded, settle, settings):
    settings.CSASSIST_RETRIEVAL_PASSAGES_COUNT = 1
    publication.request(version=draft_of("Lock batteries", "Eighteen months."))
    comparison = settle()
    assert comparison.answers.filter(is_untouched=True, change="same").count() == 2


def test_a_service_cannot_publish_past_the_guard(guarded):
    with pytest.raises(CheckNeeded):
        services.publish(version=draft_of("Lock batteries", "Eighteen months."))


def test_a_person_overrules_with_a_reason(guarded, settle, cleo):
    version = draft_of("Returns and refunds", RETURNS.replace("30 days", "14 days"))
    publication.request(version=version)
    settle()
    with pytest.raises(InvalidInput):
        publication.overrule(version=version, reason=" ", publisher=cleo)
    publication.overrule(version=version, reason="The law has changed.", publisher=cleo)
    settle()
    assert Document.objects.get(pk=version.document_id).live_version_id == version.pk


def test_only_what_stands_behind_a_worse_answer_is_held(guarded, settle):
    bad = draft_of("Returns and refunds", RETURNS.replace("30 days", "14 days"))
    good = draft_of("Lock batteries", "The Latch Pro lock runs for about 14 months on four AA batteries.")
    publication.request(version=bad)
    publication.request(version=good)
    settle()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.verdict, bad.state) == (Verdict.REGRESSED, "draft")
    assert (good.verdict, good.state) == (Verdict.PASSED, "published")


def test_a_draft_edited_while_it_waits_has_to_be_asked_for_again(guarded, settle):
    version = draft_of("Lock batteries", "Eighteen months.")
    publication.request(version=version)
    services.edit_draft(version=version, text=VersionText(title="Lock batteries", body="Nine months."))
    settle()
    version.refresh_from_db()
    assert (version.state, version.verdict) == ("draft", Verdict.NONE)


def test_a_short_text_does_not_wait_for_a_long_one(guarded, work):
    publication.request(version=draft_of("Lock batteries", "Eighteen months."))
    assert publication.waiting() == []
    work()
    publication.request(version=draft_of("Returns and refunds", RETURNS))
    assert [version.title for version in publication.waiting()] == ["Lock batteries"]


def test_another_worker_goes_on_where_one_died(guarded, settle, work, monkeypatch):
    publication.request(version=draft_of("Lock batteries", "Eighteen months."))
    work()
    monkeypatch.setattr(comparing, "SECONDS_A_TURN", 0.0)  # one question a turn
    comparisons.sweep()
    comparison = Comparison.objects.get()
    Comparison.objects.update(lease_until=timezone.now() + timedelta(minutes=2), state="running", not_before=None)
    assert not comparing.work_on(comparison)
    Comparison.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert settle().verdict == Verdict.PASSED


def test_while_the_search_is_down_nothing_is_decided(guarded, settle, settings, work):
    version = draft_of("Lock batteries", "Eighteen months.")
    publication.request(version=version)
    work()
    settings.CSASSIST_CHROMA_PORT = 1
    comparison = settle()
    assert comparison.verdict == Verdict.INCONCLUSIVE
    assert comparison.answers.filter(change="failed").count() == 2
    version.refresh_from_db()
    assert version.state == "draft"


def test_stopping_leaves_a_draft(guarded, work, monkeypatch):
    monkeypatch.setattr(comparing, "SECONDS_A_TURN", 0.0)  # one question a turn
    version = draft_of("Lock batteries", "Eighteen months.")
    publication.request(version=version)
    work()
    comparisons.sweep()
    comparison = Comparison.objects.get()
    comparisons.cancel(comparison=comparison)
    version.refresh_from_db()
    assert (version.state, version.verdict) == ("draft", Verdict.NONE)
    assert Document.objects.get(pk=version.document_id).candidate_version_id is None
    with pytest.raises(Conflict):
        comparisons.cancel(comparison=comparison)


def test_a_prompt_that_breaks_a_golden_question_is_held_back(guarded, settle, with_model, help_shelf):
    golden_questions.write(
        text=QuestionText(
            question=QUESTION,
            collection=help_shelf,
            must_contain=("30 days", "4.90"),
        )
    )
    prompt = Prompt.objects.get(name="answer_question")
    text = prompt.versions.published().get().text + "\nUse at most one sentence.\n"
    draft = prompt_publication.request(version=draft_version(prompt=prompt, text=text))
    assert draft.is_draft
    comparison = settle()

    draft.refresh_from_db()
    assert (comparison.verdict, draft.state, draft.verdict) == (Verdict.REGRESSED, "draft", Verdict.REGRESSED)
    assert comparison.answers.get(change="regressed").after["written_by"] == "model"


def test_a_prompt_nobody_uses_without_a_model_passes(guarded, settle):
    prompt = Prompt.objects.get(name="answer_question")
    text = prompt.versions.published().get().text + "\nBe brief.\n"
    draft = prompt_publication.request(version=draft_version(prompt=prompt, text=text))
    assert settle().verdict == Verdict.PASSED
    draft.refresh_from_db()
    assert draft.state == "published"


def test_another_model_has_to_pass_first(guarded, settle, with_model, cleo):
    bad = choices.propose(name="test:scripted?say=NO_ANSWER", author=cleo)
    assert settle().verdict == Verdict.REGRESSED
    assert choices.chosen_model() != bad.name

    good = choices.propose(name="test:echo-cited", author=cleo)
    assert settle().verdict == Verdict.PASSED
    assert choices.chosen_model() == good.name
    choices.back_to_setting()
    assert ModelChoice.objects.get(pk=good.pk).state == "retired"


def test_past_answers_are_replayed_with_what_is_published_now(knowledge, settle, ask, work):
    ask(QUESTION)
    services.publish(version=draft_of("Returns and refunds", RETURNS.replace("30 days", "14 days")))
    work()
    comparison = comparisons.replay(traces=list(AnswerTrace.objects.all()), title="Returns")
    settle()
    [one] = comparison.answers.all()
    assert one.change == "different"
    assert one.before
    assert one.after
    assert "30 days" in one.before["text"]
    assert "14 days" in one.after["text"]


@pytest.mark.parametrize(("question", "change"), [(QUESTION, "regressed"), ("What is the capital of Peru?", "same")])
def test_a_replayed_refusal_is_worse_only_where_there_was_an_answer(knowledge, settle, ask, work, question, change):
    ask(question)
    services.withdraw(document=Document.objects.get(live_version__title="Returns and refunds"))
    work()
    comparison = comparisons.replay(traces=list(AnswerTrace.objects.all()), title="Returns")
    settle()
    [one] = comparison.answers.all()
    assert one.change == change
    assert one.after
    assert one.after["action"] == "hand_off"
    assert one.after["misses"] == []


def test_asking_as_things_are_tells_right_from_wrong(guarded, settle, help_shelf):
    wrong = golden_questions.write(
        text=QuestionText(question="How long do lock batteries last?", collection=help_shelf, must_contain=("2 years",))
    )
    comparison = comparisons.check_now(questions=[guarded, wrong])
    settle()
    assert list(comparison.answers.values_list("change", flat=True)) == ["right", "wrong"]
    wrong.refresh_from_db()
    assert wrong.last_passed is False


def test_a_guard_stands_as_long_as_a_question_is_asked(guarded, help_shelf):
    help_shelf.refresh_from_db()
    assert help_shelf.is_guarded
    assert Prompt.objects.filter(is_guarded=False).count() == 0
    golden_questions.switch(questions=GoldenQuestion.objects.all(), is_active=False)
    help_shelf.refresh_from_db()
    assert not help_shelf.is_guarded
    assert not Prompt.objects.filter(is_guarded=True).exists()
    golden_questions.switch(questions=[guarded], is_active=True)
    golden_questions.remove(questions=GoldenQuestion.objects.all())
    help_shelf.refresh_from_db()
    assert not help_shelf.is_guarded
