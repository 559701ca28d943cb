"""Planning, starting and ending experiments with prompts, and what a conversation gets while one runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from prompts import publication, services
from prompts.experiments import Arm, arm_of
from prompts.models import Prompt, PromptExperiment, PromptVersion

State = PromptExperiment.State
FEWEST_PLANNED = 20
MOST_PLANNED = 1_000_000


@dataclass(frozen=True)
class Plan:
    """`planned_count` is of conversations in each group, `outcome` what decides."""

    version_b: PromptVersion
    share_b_percent: int = 50
    planned_count: int = 400
    outcome: str = PromptExperiment.Outcome.ANSWERED
    note: str = ""


@dataclass(frozen=True)
class Assigned:
    """The version that a conversation gets, by which group of which experiment."""

    experiment: PromptExperiment
    arm: Arm
    version: PromptVersion


def assigned(*, unit: UUID, begun_at: datetime) -> Sequence[Assigned]:
    """One for each running experiment. A conversation from before the start takes no part: it has had its version."""
    running = PromptExperiment.objects.running().filter(started_at__lte=begun_at)
    found = []
    for one in running.select_related("version_a", "version_b", "prompt").order_by("pk"):
        arm = arm_of(one.public_id, unit, share_b=one.share_b)
        version = one.version_b if arm == "b" else one.version_a
        if version is not None:
            found.append(Assigned(one, arm, version))
    return found


def may_be_shown(version: PromptVersion) -> None:
    """What publishing asks of a text before customers see it. Raises PromptRefused or CheckNeeded."""
    services.check_text(version.prompt, version.text)
    services.require_verdict(version.prompt, version)


@transaction.atomic
def plan(*, plan: Plan, author: User | None = None) -> PromptExperiment:
    """
    A new experiment, not started; where golden questions guard the prompt, they are asked with B meanwhile.

    Raises InvalidInput, or Conflict when B was published.
    """
    if not plan.version_b.is_draft:
        raise Conflict(_("Only a draft can be compared with the published version."))
    if not 1 <= plan.share_b_percent <= 99:
        raise InvalidInput(_("The share of B is 1 to 99 percent."), field="share_b_percent")
    if not FEWEST_PLANNED <= plan.planned_count <= MOST_PLANNED:
        raise InvalidInput(_("Plan at least %d conversations in each group.") % FEWEST_PLANNED, field="planned_count")
    experiment = PromptExperiment.objects.create(
        prompt=plan.version_b.prompt,
        version_b=plan.version_b,
        share_b_percent=plan.share_b_percent,
        planned_count=plan.planned_count,
        outcome=plan.outcome,
        note=plan.note,
        created_by=author,
    )
    publication.check(version=plan.version_b, asker=author)
    record("experiment.planned", experiment, prompt=experiment.prompt.name, version_b=plan.version_b.number)
    return experiment


@transaction.atomic
def start(*, experiment: PromptExperiment, starter: User | None = None) -> PromptExperiment:
    """
    Give B to its share of the conversations that begin from now on.

    Raises PromptRefused when B may not be shown, and Conflict: it was started before, B was published, nothing is
    published to compare with, or another experiment runs on this prompt.
    """
    prompt = Prompt.objects.select_for_update().get(pk=experiment.prompt_id)
    experiment = _locked(experiment)
    if experiment.state != State.DRAFT:
        raise Conflict(_("This experiment was started before."))
    if not experiment.version_b.is_draft:
        raise Conflict(_("Only a draft can be compared with the published version."))
    published = prompt.versions.published().first()
    if published is None:
        raise Conflict(_("Nothing is published yet that it could be compared with."))
    may_be_shown(experiment.version_b)
    _end_forgotten(prompt, published)
    experiment.version_a = published
    experiment.state, experiment.started_at, experiment.started_by = State.RUNNING, timezone.now(), starter
    try:
        with transaction.atomic():
            experiment.save(update_fields=["version_a", "state", "started_at", "started_by"])
    except IntegrityError as error:
        raise Conflict(_("Another experiment is running on this prompt. Stop it first.")) from error
    record(
        "experiment.started",
        experiment,
        prompt=prompt.name,
        version_a=published.number,
        version_b=experiment.version_b.number,
        share_b_percent=experiment.share_b_percent,
    )
    return experiment


@transaction.atomic
def stop(*, experiment: PromptExperiment, stopper: User | None = None) -> PromptExperiment:
    """Everybody gets the published version again. Raises Conflict when it does not run."""
    experiment = _locked(experiment)
    if experiment.state != State.RUNNING:
        raise Conflict(_("This experiment is not running."))
    experiment.state, experiment.stopped_at, experiment.stopped_by = State.STOPPED, timezone.now(), stopper
    experiment.save(update_fields=["state", "stopped_at", "stopped_by"])
    record("experiment.stopped", experiment, prompt=experiment.prompt.name)
    return experiment


@transaction.atomic
def adopt(*, experiment: PromptExperiment, publisher: User | None = None) -> PromptVersion:
    """
    Publish B for everybody, as any draft is published, and stop the experiment if it runs.

    Raises Conflict when it was never started, and as `services.publish` does.
    """
    experiment = _locked(experiment)
    if experiment.version_a is None:
        raise Conflict(_("This experiment was never started."))
    published = services.publish(
        version=experiment.version_b, publisher=publisher, instead_of_number=experiment.version_a.number
    )
    if experiment.state == State.RUNNING:
        stop(experiment=experiment, stopper=publisher)
    record("experiment.adopted", experiment, prompt=experiment.prompt.name, version=published.number)
    return published


@transaction.atomic
def discard(*, experiment: PromptExperiment) -> None:
    """Delete one that was never started. Raises Conflict: what customers took part in stays on record."""
    experiment = _locked(experiment)
    if experiment.state != State.DRAFT:
        raise Conflict(_("An experiment that was started cannot be deleted."))
    record("experiment.discarded", experiment, prompt=experiment.prompt.name)
    experiment.delete()


def _locked(experiment: PromptExperiment) -> PromptExperiment:
    rows = PromptExperiment.objects.select_for_update(of=("self",))
    return rows.select_related("prompt", "version_a", "version_b__prompt").get(pk=experiment.pk)


def _end_forgotten(prompt: Prompt, published: PromptVersion) -> None:
    """One that another publication ended long ago must not keep the next from starting."""
    for one in prompt.experiments.filter(state=State.RUNNING).exclude(version_a=published):
        stop(experiment=one)
