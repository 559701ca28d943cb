"""
Comparisons as a whole: what is started for whatever waits to be published, how a finished one decides, and replays.

Articles, prompts and models that wait for a verdict are rows of the apps below; here somebody looks for them. Articles
of one collection that wait together are tried together; when answers get worse only those behind the worse answers are
held back, and the others are tried again without them.
"""

import uuid
from collections.abc import Iterable, Sequence
from itertools import groupby

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from csassist.accounts.models import User
from csassist.assistant.comparing import work_on
from csassist.assistant.decision import Reason
from csassist.assistant.golden import Answered
from csassist.assistant.models import AnswerTrace, ComparedAnswer, Comparison, GoldenQuestion
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from csassist.core.logs import emit
from csassist.core.verdicts import Verdict
from csassist.llm import choices
from csassist.llm.models import ModelChoice
from knowledge import publication as articles
from knowledge.models import DocumentVersion
from prompts import publication as prompts
from prompts.models import PromptVersion

MOST_VERSIONS_TOGETHER = 100
MOST_REPLAYED = 500
MOST_OPEN_A_SWEEP = 3
Kind = Comparison.Kind
State = Comparison.State
Change = ComparedAnswer.Change


def sweep() -> int:
    """Start what waits, ask what is due, close what is through; returns how many comparisons were looked at."""
    found = _start_waiting()
    for comparison in Comparison.objects.due(timezone.now()).order_by("pk")[:MOST_OPEN_A_SWEEP]:
        found += 1
        if work_on(comparison):
            close(comparison)
    return found


def check_now(*, questions: Sequence[GoldenQuestion], asker: User | None = None) -> Comparison:
    """Ask these golden questions as things are. Raises InvalidInput when there is none."""
    if not questions:
        raise InvalidInput(_("Choose at least one golden question."))
    return _start(Kind.CHECK, _count_in_words(len(questions)), questions, created_by=asker)


@transaction.atomic
def replay(*, traces: Sequence[AnswerTrace], title: str, asker: User | None = None) -> Comparison:
    """
    Answer these past questions again with today's knowledge, prompts and model. Raises InvalidInput without any: what
    was looked up for a customer is asked again for nobody.
    """
    traces = [trace for trace in traces if trace.reason != Reason.LOOKED_UP]
    if not traces:
        raise InvalidInput(_("There is no answer to replay."))
    comparison = Comparison.objects.create(kind=Kind.REPLAY, title=title[:300], created_by=asker)
    ComparedAnswer.objects.bulk_create(
        ComparedAnswer(comparison=comparison, ordinal=ordinal, trace=trace, question=trace.question)
        for ordinal, trace in enumerate(traces[:MOST_REPLAYED], start=1)
    )
    record("comparison.started", comparison, kind=Kind.REPLAY.value, questions=min(len(traces), MOST_REPLAYED))
    return comparison


@transaction.atomic
def cancel(*, comparison: Comparison) -> None:
    """Stop asking; what waited for the verdict goes back to being a draft. Raises Conflict when it is over."""
    stopped = Comparison.objects.open().filter(pk=comparison.pk)
    if not stopped.update(state=State.CANCELLED, finished_at=timezone.now(), lease_until=None, lease_token=None):
        raise Conflict(_("This comparison is over."))
    for version in comparison.versions.filter(verdict=Verdict.WAITING, verdict_run=comparison.public_id):
        articles.cancel(version=version)
    if comparison.prompt_version is not None:
        prompts.cancel(version=comparison.prompt_version)
    if comparison.model_choice is not None:
        choices.cancel(choice=comparison.model_choice)
    record("comparison.cancelled", comparison)


def close(comparison: Comparison) -> None:
    """Decide, and let whoever waits know. Harmless to repeat: only an open comparison is closed."""
    answers = list(comparison.answers.order_by("ordinal"))
    verdict = verdict_of(answers)
    with transaction.atomic():
        is_open = Comparison.objects.open().select_for_update().filter(pk=comparison.pk)
        has_verdict = comparison.kind not in {Kind.CHECK, Kind.REPLAY}
        if not is_open.update(
            state=State.DONE, verdict=verdict if has_verdict else "", finished_at=timezone.now(), lease_until=None
        ):
            return
        _remember(answers)
        _settle(comparison, verdict, answers)
    emit("golden.finished", kind=comparison.kind, verdict=str(verdict), questions=len(answers))


def verdict_of(answers: Iterable[ComparedAnswer]) -> Verdict:
    """One answer that got worse holds a change back; one that could not be asked leaves it open."""
    changes = {one.change for one in answers}
    if Change.REGRESSED in changes:
        return Verdict.REGRESSED
    return Verdict.INCONCLUSIVE if Change.FAILED in changes else Verdict.PASSED


def culprits(versions: Sequence[DocumentVersion], answers: Iterable[ComparedAnswer]) -> list[DocumentVersion]:
    """
    Those of the tried versions whose document stands behind an answer that got worse, before or after; all of them
    when none does.
    """
    behind: set[str] = set()
    for one in answers:
        if one.change == Change.REGRESSED:
            for stored in (one.before, one.after):
                behind |= {source.document for source in Answered.from_json(stored).sources} if stored else set()
    found = [version for version in versions if str(version.document.public_id) in behind]
    return found or list(versions)


def _settle(comparison: Comparison, verdict: Verdict, answers: Sequence[ComparedAnswer]) -> None:
    run_id = comparison.public_id
    if comparison.prompt_version is not None:
        prompts.settle(version=comparison.prompt_version, verdict=verdict, run_id=run_id)
    if comparison.model_choice is not None:
        choices.settle(choice=comparison.model_choice, verdict=verdict, run_id=run_id)
    versions = list(comparison.versions.select_related("document"))
    held = culprits(versions, answers) if verdict == Verdict.REGRESSED else versions
    for version in versions:
        if version in held:
            articles.settle(version=version, verdict=verdict, run_id=run_id)
        else:
            articles.try_again(version=version, run_id=run_id)


def _remember(answers: Sequence[ComparedAnswer]) -> None:
    """The golden questions know how they were answered last, as things were."""
    now = timezone.now()
    for one in answers:
        stored = one.before or one.after
        if one.golden_question_id and stored and one.change != Change.FAILED:
            has_passed = not Answered.from_json(stored).misses
            asked = GoldenQuestion.objects.filter(pk=one.golden_question_id)
            asked.update(last_passed=has_passed, last_asked_at=now)


def _start_waiting() -> int:
    started = 0
    waiting = sorted(articles.waiting(), key=lambda version: version.document.collection_id)
    for pk, group in groupby(waiting, key=lambda version: version.document.collection_id):
        versions = list(group)[:MOST_VERSIONS_TOGETHER]
        _start_for_articles(versions, list(GoldenQuestion.objects.guarding_collections({pk})))
        started += 1
    for version in prompts.waiting():
        questions = list(GoldenQuestion.objects.guarding_prompt(version.prompt_id))
        title = f"{version.prompt.title} {version.number}"
        _start_for_one(Kind.PROMPT, title, questions, prompt_version=version)
        started += 1
    for choice in choices.waiting():
        _start_for_one(Kind.MODEL, choice.name, list(GoldenQuestion.objects.active()), model_choice=choice)
        started += 1
    return started


@transaction.atomic
def _start_for_articles(versions: Sequence[DocumentVersion], questions: Sequence[GoldenQuestion]) -> None:
    run_id = uuid.uuid4()
    taken = [version for version in versions if articles.take(version=version, run_id=run_id)]
    if not taken:
        return
    first, more = taken[0].title, len(taken) - 1
    title = f"{first} {ngettext('and %d more', 'and %d more', more) % more}" if more else first
    comparison = _start(Kind.ARTICLE, title, questions, public_id=run_id, created_by=taken[0].publication_requested_by)
    comparison.versions.set(taken)


@transaction.atomic
def _start_for_one(
    kind: Kind,
    title: str,
    questions: Sequence[GoldenQuestion],
    *,
    prompt_version: PromptVersion | None = None,
    model_choice: ModelChoice | None = None,
) -> None:
    run_id = uuid.uuid4()
    if prompt_version is not None:
        is_ours = prompts.take(version=prompt_version, run_id=run_id)
    else:
        is_ours = model_choice is not None and choices.take(choice=model_choice, run_id=run_id)
    subject = prompt_version or model_choice
    if is_ours and subject is not None:
        _start(
            kind,
            title,
            questions,
            public_id=run_id,
            created_by=subject.publication_requested_by,
            prompt_version=prompt_version,
            model_choice=model_choice,
        )


@transaction.atomic
def _start(kind: Kind, title: str, questions: Sequence[GoldenQuestion], **about: object) -> Comparison:
    comparison = Comparison.objects.create(kind=kind, title=title[:300], **about)
    ComparedAnswer.objects.bulk_create(
        ComparedAnswer(comparison=comparison, ordinal=ordinal, golden_question=question, question=question.question)
        for ordinal, question in enumerate(questions, start=1)
    )
    record("comparison.started", comparison, kind=kind.value, questions=len(questions))
    return comparison


def _count_in_words(count: int) -> str:
    return ngettext("%d golden question", "%d golden questions", count) % count
