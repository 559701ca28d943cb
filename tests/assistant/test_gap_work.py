"""From an answer that was none to a gap, and from a gap to an article that closes it."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from csassist.accounts.models import User
from csassist.assistant import gap_work
from csassist.assistant.gap_drafting import check_draft, draft_article, quoted_body
from csassist.assistant.models import AnswerRun, AnswerTrace
from csassist.conversations.models import Feedback, PersonRequest
from csassist.core.errors import Conflict, InvalidInput
from csassist.llm.test_server import TestModelServer
from knowledge import gaps, services
from knowledge.editing import fingerprint
from knowledge.models import Collection, Gap, GapQuestion
from knowledge.ports import PassageRecord
from knowledge.services import VersionText
from tests import factories
from tests.knowledge.conftest import SignedIn, Work

pytestmark = pytest.mark.django_db

STUDENTS = ("Do you have a student discount?", "Is there a student discount?", "student discount for a hub")
State, Cause = Gap.State, GapQuestion.Cause


def leave_trace(question: str, reason: str = "not_covered", *, language: str = "en") -> AnswerTrace:
    message = factories.MessageFactory.create(author="assistant", outcome="hand_off")
    run = AnswerRun.objects.create(
        conversation=message.conversation, lease_until=timezone.now(), state=AnswerRun.State.DONE
    )
    return AnswerTrace.objects.create(
        run=run,
        message=message,
        question=question,
        language=language,
        asks="question",
        outcome="hand_off",
        reason=reason,
    )


@pytest.fixture
def gap(knowledge: None) -> Gap:
    for question in STUDENTS:
        leave_trace(question)
    gap_work.sweep()
    return Gap.objects.get()


def test_questions_that_found_no_answer_are_grouped_masked_and_counted(knowledge: None):
    for question in (*STUDENTS, "Do you sell solar panels? Write to bob@example.com", "你们有学生优惠吗？"):
        leave_trace(question, language="zh" if "你" in question else "en")
    leave_trace("How long can I return something?", "supported")
    leave_trace("Hello", "greeting")
    assert gap_work.sweep() > 0

    counted = {one.label: one.total_count for one in Gap.objects.with_counts(timezone.now())}  # type: ignore[attr-defined]
    assert sorted(counted.values()) == [1, 1, 3]
    assert not GapQuestion.objects.filter(text__contains="@").exists()
    assert GapQuestion.objects.filter(text__contains="[e-mail]").exists()


def test_taking_in_twice_counts_once_and_a_killed_sweep_goes_on(knowledge: None, monkeypatch: pytest.MonkeyPatch):
    for question in STUDENTS:
        leave_trace(question)
    monkeypatch.setattr(gap_work, "TAKEN_AT_ONCE", 1)
    for _sweep in range(6):
        gap_work.sweep()

    assert GapQuestion.objects.count() == len(STUDENTS)
    assert not gap_work.unanswered_traces().exists()
    first = Gap.objects.get()
    leave_trace("Is there any student discount?")
    gap_work.sweep()
    assert Gap.objects.get().pk == first.pk


def test_a_vague_question_counts_only_when_the_customer_then_wanted_a_person(knowledge: None):
    patient, impatient = leave_trace("lock?", "too_vague"), leave_trace("hub?", "too_vague")
    PersonRequest.objects.create(conversation=impatient.run.conversation)

    assert list(gap_work.unanswered_traces()) == [impatient]
    assert patient not in gap_work.unanswered_traces()


def test_a_bad_rating_counts_until_it_is_taken_back(knowledge: None):
    trace = leave_trace("How long can I return something?", "supported")
    assert trace.message is not None
    rating = Feedback.objects.create(message=trace.message, rating="down", reason="wrong")
    gap_work.sweep()
    question = GapQuestion.objects.get()
    assert (question.cause, question.detail, question.trace_id) == (Cause.RATED_DOWN, "wrong", trace.public_id)

    rating.rating = "up"
    rating.save()
    gap_work.sweep()
    assert not Gap.objects.exists()


def test_a_gap_becomes_a_draft_in_review_that_closes_it_once_it_is_in_answers(gap: Gap, work: Work, cleo: User):
    document = draft_article(gap=gap, collection=Collection.objects.get(), author=cleo)
    version = document.versions.get()
    assert (version.state, version.title) == ("in_review", gap.label)
    assert set(STUDENTS) <= set(version.questions)
    assert document.published_version is None
    gap.refresh_from_db()
    assert (gap.state, gap.draft) == (State.DRAFTED, document)
    with pytest.raises(Conflict):
        draft_article(gap=gap, collection=Collection.objects.get(), author=cleo)

    body = "Students get a discount of 10 % on every hub and lock. Is there a student discount? Yes."
    services.edit_draft(version=version, text=VersionText(version.title, body, questions=STUDENTS))
    version.refresh_from_db()
    services.publish(version=version)
    work()
    for _sweep in range(2):
        gap_work.sweep()
    gap.refresh_from_db()
    assert (gap.state, gap.tried_count, gap.answered_count) == (State.CLOSED, 3, 3)
    assert gap.nearest[0]["document"] == str(document.public_id)

    leave_trace("Is there a student discount?")
    gap_work.sweep()
    gap.refresh_from_db()
    assert gap.state == State.OPEN


def test_a_model_writes_the_draft_from_the_passages_and_invents_nothing(
    knowledge: None, with_model: TestModelServer, cleo: User
):
    leave_trace("How long do returns of unused products take in days?")
    gap_work.sweep()
    document = draft_article(gap=Gap.objects.get(), collection=Collection.objects.get(), author=cleo)
    with_model.script(
        "## How long\n\nYou can return unused products within 30 days of delivery [1]. "
        "You can return unused products within 90 days of delivery [1]. Ask Bob in Berlin [1].\n\n## Nothing\n\n"
    )
    with_model.mode("scripted")
    gap_work.sweep()

    version = document.versions.get()
    assert version.body == "## How long\n\nYou can return unused products within 30 days of delivery.\n"
    assert version.state == "in_review"
    assert "2 sentences" in version.note
    assert Gap.objects.get().draft_tries_left == 0


def test_a_person_s_words_are_never_written_over(knowledge: None, with_model: TestModelServer, cleo: User):
    leave_trace("How long do returns of unused products take in days?")
    gap_work.sweep()
    document = draft_article(gap=Gap.objects.get(), collection=Collection.objects.get(), author=cleo)
    version = document.versions.get()
    services.edit_draft(version=version, text=VersionText("Returns", "Written by Cleo."))
    gap_work.sweep()

    assert document.versions.get().body == "Written by Cleo."
    assert Gap.objects.get().draft_tries_left == 0


def test_a_model_that_fails_leaves_the_quotes_and_is_tried_a_few_times(
    knowledge: None, with_model: TestModelServer, cleo: User
):
    leave_trace("How long do returns of unused products take in days?")
    gap_work.sweep()
    document = draft_article(gap=Gap.objects.get(), collection=Collection.objects.get(), author=cleo)
    quoted = fingerprint(document.versions.get())
    with_model.mode("error?status=401")
    for _sweep in range(7):
        gap_work.sweep()

    assert Gap.objects.get().draft_tries_left == 0
    assert fingerprint(document.versions.get()) == quoted
    assert "> You can return unused products" in document.versions.get().body


def test_a_draft_quotes_only_what_the_readers_of_its_shelf_may_read(gap: Gap, staff_shelf: Collection, article, work):
    secret = article(
        "Student discount", "Staff may give a student discount of 40 %.", published=True, collection=staff_shelf
    )
    work()
    public = Collection.objects.exclude(pk=staff_shelf.pk).get()
    author = factories.UserFactory.create()
    body = draft_article(gap=gap, collection=public, author=author).versions.get().body
    assert "40" not in body
    Gap.objects.update(draft=None, state=State.OPEN)
    assert "40" in draft_article(gap=gap, collection=staff_shelf, author=author).versions.get().body
    assert secret.title in body or "Student discount" not in body


def test_what_a_model_says_nothing_about_is_empty():
    passage = PassageRecord("p", "d", "v", 1, 1, "Returns", ("Time",), "You have 30 days.", "en", "passage", "")

    assert check_draft("NO_ANSWER", [passage], "en").body == ""
    assert check_draft("## 99 ways\n\nYou have 30 days [1].", [passage], "en").body == "You have 30 days."
    assert quoted_body([]) == ""
    assert quoted_body([passage, passage]).count("## Returns") == 1


def test_gaps_are_merged_split_dismissed_and_opened_again(gap: Gap, cleo: User):
    leave_trace("Do you sell solar panels?")
    gap_work.sweep()
    solar = Gap.objects.exclude(pk=gap.pk).get()
    gaps.merge(gap=solar, into=gap)
    assert gap.questions.count() == 4
    assert list(Gap.objects.standing()) == [gap]
    with pytest.raises(Conflict):
        gaps.merge(gap=solar, into=gap)
    moved = gap.questions.get(text="Do you sell solar panels?")
    fresh = gaps.split(gap=gap, question_pks=[moved.pk])
    assert (fresh.label, fresh.questions.count(), gap.questions.count()) == ("Do you sell solar panels?", 1, 3)
    with pytest.raises(InvalidInput):
        gaps.split(gap=fresh, question_pks=[moved.pk])

    gaps.dismiss(gap=fresh, reason="We do not sell them.", by=cleo)
    leave_trace("Do you sell solar panels?")
    gap_work.sweep()
    fresh.refresh_from_db()
    assert (fresh.state, fresh.questions.count()) == (State.DISMISSED, 2)
    gaps.reopen(gap=fresh)
    fresh.refresh_from_db()
    assert fresh.state == State.OPEN


def test_the_counts_tell_the_trend(knowledge: None):
    now = timezone.now()
    gap = Gap.objects.create(label="Old")
    for days in (1, 2, 8, 20, 50):
        GapQuestion.objects.create(
            gap=gap, text="x", cause=Cause.NOT_COVERED, trace_id=uuid.uuid4(), asked_at=now - timedelta(days=days)
        )
    counted = Gap.objects.with_counts(now).get()

    assert (counted.week_count, counted.week_before_count, counted.month_count, counted.total_count) == (2, 1, 4, 5)  # type: ignore[attr-defined]


class TestPages:
    def test_a_supervisor_drafts_from_the_page_and_finds_the_draft(self, gap: Gap, cleo: User, signed_in: SignedIn):
        client = signed_in(cleo)
        assert gap.label in page(client, "admin:knowledge_gap_changelist")
        shown = page(client, "admin:knowledge_gap_change", gap.pk)
        assert all(question in shown for question in STUDENTS)

        shelf = Collection.objects.get()
        answer = client.post(reverse("admin:knowledge_gap_draft", args=[gap.pk]), {"collection": shelf.pk}, follow=True)
        assert "waits for review" in answer.content.decode()
        gap.refresh_from_db()
        assert answer.request["PATH_INFO"] == reverse("admin:knowledge_document_change", args=[gap.draft_id])

    def test_a_merged_gap_leads_to_the_one_it_is_part_of(self, gap: Gap, cleo: User, signed_in: SignedIn):
        leave_trace("Do you sell solar panels?")
        gap_work.sweep()
        solar = Gap.objects.exclude(pk=gap.pk).get()
        client = signed_in(cleo)
        answer = client.post(reverse("admin:knowledge_gap_do", args=[solar.pk, "merge"]), {"into": gap.pk}, follow=True)
        assert "Merged." in answer.content.decode()
        gone = client.get(reverse("admin:knowledge_gap_change", args=[solar.pk]))
        assert gone["Location"] == reverse("admin:knowledge_gap_change", args=[gap.pk])

    def test_an_agent_reads_and_changes_nothing(self, gap: Gap, ben: User, signed_in: SignedIn):
        client = signed_in(ben)
        shown = page(client, "admin:knowledge_gap_change", gap.pk)
        assert "Draft an article" not in shown
        for name in ("dismiss", "merge", "split", "reopen"):
            answer = client.post(reverse("admin:knowledge_gap_do", args=[gap.pk, name]), {"reason": "x"})
            assert answer.status_code == 403
        assert client.post(reverse("admin:knowledge_gap_draft", args=[gap.pk]), {}).status_code == 403
        assert client.get(reverse("admin:knowledge_gap_draft", args=[gap.pk])).status_code == 403


def page(client: Client, name: str, *arguments: object) -> str:
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()
