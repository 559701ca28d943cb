"""
What became of the conversations of an experiment, group by group.

A conversation counts by its first answer under the experiment, because what came later depends on that answer; thumbs
and wishes for a person count whenever they came after it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from csassist.assistant.models import AnswerArm, AnswerRun, AnswerTrace
from csassist.conversations.models import Feedback, PersonRequest
from csassist.llm.models import ModelCall
from csassist.llm.pricing import MICRO_UNITS_PER_UNIT
from prompts.experiments import (
    Comparison,
    Conclusion,
    compare_means,
    compare_medians,
    compare_shares,
    conclude,
    planned_end,
    split_probability,
)
from prompts.models import PromptExperiment

Outcome = PromptExperiment.Outcome
MORE_IS_BETTER = frozenset({Outcome.ANSWERED, Outcome.THUMBS_UP})
SHARES = (Outcome.ANSWERED, Outcome.HANDED_OFF, Outcome.NO_ANSWER, Outcome.THUMBS_UP, Outcome.ASKED_PERSON)


@dataclass(frozen=True)
class Observed:
    """One conversation. `dropped` is the share of its sentences; None stands for what it has not."""

    arm: str
    action: str
    reason: str
    dropped: float | None
    seconds: float | None
    cost: float | None
    has_thumbs_up: bool | None
    asked_person: bool


@dataclass(frozen=True)
class Report:
    """
    `comparisons` rest on the conversations up to the planned end once it is reached, else on all there are, and then
    nothing may be decided from them. The counts are of all conversations.
    """

    comparisons: Mapping[str, Comparison]
    a_count: int
    b_count: int
    split: float
    is_complete: bool
    conclusion: Conclusion

    @property
    def counts(self) -> tuple[int, int]:
        return self.a_count, self.b_count


def report(experiment: PromptExperiment) -> Report:
    return report_of(observations(experiment), experiment)


def report_of(observed: Sequence[Observed], experiment: PromptExperiment) -> Report:
    """`observed` in the order the conversations came."""
    a_count = sum(one.arm == "a" for one in observed)
    split = split_probability(a_count, len(observed) - a_count, share_b=experiment.share_b)
    end = planned_end([one.arm for one in observed], experiment.planned_count)  # type: ignore[misc]  # an Arm by choices
    comparisons = compare(observed[:end])
    conclusion = conclude(
        comparisons[experiment.outcome],
        is_complete=end is not None,
        split=split,
        more_is_better=experiment.outcome in MORE_IS_BETTER,
    )
    return Report(comparisons, a_count, len(observed) - a_count, split, end is not None, conclusion)


def compare(observed: Sequence[Observed]) -> dict[str, Comparison]:
    a = [one for one in observed if one.arm == "a"]
    b = [one for one in observed if one.arm == "b"]

    def shares(has: Callable[[Observed], bool | None]) -> Comparison:
        known = [[value for one in group if (value := has(one)) is not None] for group in (a, b)]
        return compare_shares(sum(known[0]), len(known[0]), sum(known[1]), len(known[1]))

    def values(of: Callable[[Observed], float | None]) -> tuple[list[float], list[float]]:
        found = [[value for one in group if (value := of(one)) is not None] for group in (a, b)]
        return found[0], found[1]

    return {
        Outcome.ANSWERED: shares(lambda one: one.action in {"send", "draft"}),
        Outcome.HANDED_OFF: shares(lambda one: one.action == "hand_off"),
        Outcome.NO_ANSWER: shares(lambda one: one.reason == "model_found_no_answer"),
        Outcome.DROPPED: compare_means(*values(lambda one: one.dropped)),
        Outcome.THUMBS_UP: shares(lambda one: one.has_thumbs_up),
        Outcome.ASKED_PERSON: shares(lambda one: one.asked_person),
        Outcome.TIME: compare_medians(*values(lambda one: one.seconds)),
        Outcome.COST: compare_medians(*values(lambda one: one.cost)),
    }


def observations(experiment: PromptExperiment) -> list[Observed]:
    """One for each conversation, in the order of their first answers."""
    finished = AnswerArm.objects.filter(experiment=experiment, trace__run__finished_at__isnull=False)
    rows = finished.filter(trace__run__purpose=AnswerRun.Purpose.REPLY).order_by("pk")
    first: dict[int, AnswerArm] = {}
    for row in rows.select_related("trace__run").defer("trace__candidates", "trace__passages", "trace__evidence"):
        first.setdefault(row.trace.run.conversation_id, row)
    thumbs, wishes, costs = _thumbs(experiment), _wishes(experiment), _costs(experiment)
    return [
        Observed(
            arm=row.arm,
            action=row.trace.outcome,
            reason=row.trace.reason,
            dropped=_dropped(row.trace),
            seconds=_seconds(row.trace),
            cost=costs.get(str(row.trace.model_call_id)),
            has_thumbs_up=thumbs.get(conversation),
            asked_person=any(at >= row.trace.run.created_at for at in wishes.get(conversation, ())),
        )
        for conversation, row in first.items()
    ]


def _dropped(trace: AnswerTrace) -> float | None:
    sentences = trace.sentences
    return sum(not one["released"] for one in sentences) / len(sentences) if sentences else None


def _seconds(trace: AnswerTrace) -> float | None:
    finished = trace.run.finished_at
    return (finished - trace.run.created_at).total_seconds() if finished else None


def _thumbs(experiment: PromptExperiment) -> dict[int, bool]:
    """Whether a conversation's thumbs are all up."""
    found: dict[int, bool] = {}
    given = Feedback.objects.filter(message__trace__arms__experiment=experiment)
    for conversation, rating in given.values_list("message__conversation_id", "rating"):
        found[conversation] = found.get(conversation, True) and rating == Feedback.Rating.UP
    return found


def _wishes(experiment: PromptExperiment) -> dict[int, list[datetime]]:
    """When the customer of a conversation asked for a person, by the form or in words."""
    taking_part = AnswerArm.objects.filter(experiment=experiment).values("trace__run__conversation_id")
    requests = PersonRequest.objects.filter(conversation_id__in=taking_part)
    words = AnswerTrace.objects.filter(run__conversation_id__in=taking_part, asks="person")
    found: dict[int, list[datetime]] = {}
    for conversation, at in [
        *requests.values_list("conversation_id", "created_at"),
        *words.values_list("run__conversation_id", "created_at"),
    ]:
        found.setdefault(conversation, []).append(at)
    return found


def _costs(experiment: PromptExperiment) -> dict[str, float]:
    calls = AnswerTrace.objects.filter(arms__experiment=experiment).values("model_call_id")
    known = ModelCall.objects.filter(public_id__in=calls).values_list("public_id", "cost_micro_units")
    return {str(call): cost / MICRO_UNITS_PER_UNIT for call, cost in known}
