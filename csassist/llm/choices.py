"""
Which model writes: the one in the settings, or another of the same server that was chosen since.

A choice waits for golden questions like an article or a prompt: whoever can ask them settles it here. Going back to the
model of the settings never waits.
"""

import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from csassist.core.verdicts import REASON_MOST_CHARACTERS, Verdict
from csassist.llm.models import ModelChoice

State = ModelChoice.State


def chosen_model() -> str:
    """The name of the model that answers are written by, where one is configured."""
    chosen = ModelChoice.objects.filter(state=State.IN_USE).values_list("name", flat=True).first()
    return chosen or str(settings.CSASSIST_LLM_MODEL)


@transaction.atomic
def propose(*, name: str, note: str = "", author: User | None = None) -> ModelChoice:
    """Have the golden questions answered by this model, and use it once they pass. Raises InvalidInput."""
    name = name.strip()
    if not name:
        raise InvalidInput(_("Name the model as its server calls it."))
    if not settings.CSASSIST_LLM_BASE_URL:
        raise InvalidInput(_("No model server is configured: set CSASSIST_LLM_BASE_URL first."))
    if name == chosen_model():
        raise InvalidInput(_("“%(name)s” is the model in use.") % {"name": name})
    choice = ModelChoice.objects.create(
        name=name,
        note=note,
        created_by=author,
        verdict=Verdict.WAITING,
        publication_requested_at=timezone.now(),
        publication_requested_by=author,
    )
    record("model.proposed", choice, name=name)
    return choice


def waiting() -> list[ModelChoice]:
    """Proposed models that wait for their verdict and that no comparison has taken yet."""
    return list(ModelChoice.objects.filter(state=State.PROPOSED, verdict=Verdict.WAITING, verdict_run=None))


def take(*, choice: ModelChoice, run_id: uuid.UUID) -> bool:
    """Let this comparison decide about the model. False when another one does already."""
    untaken = ModelChoice.objects.filter(pk=choice.pk, verdict=Verdict.WAITING, verdict_run=None)
    return bool(untaken.update(verdict_run=run_id))


@transaction.atomic
def settle(*, choice: ModelChoice, verdict: Verdict, run_id: uuid.UUID) -> bool:
    """Store the verdict, and use the model when it passed. False when it waits no more."""
    mine = ModelChoice.objects.select_for_update().filter(
        pk=choice.pk, state=State.PROPOSED, verdict=Verdict.WAITING, verdict_run=run_id
    )
    if not mine.update(verdict=verdict, verdict_at=timezone.now()):
        return False
    record("model.judged", choice, name=choice.name, verdict=str(verdict), run=str(run_id))
    if verdict == Verdict.PASSED:
        _use(choice)
    return True


@transaction.atomic
def overrule(*, choice: ModelChoice, reason: str) -> None:
    """Use the model against its verdict. Raises InvalidInput without a reason, Conflict when none is in the way."""
    reason = reason.strip()[:REASON_MOST_CHARACTERS]
    if not reason:
        raise InvalidInput(_("Write why it should be used all the same."))
    stopped = ModelChoice.objects.filter(
        pk=choice.pk, state=State.PROPOSED, verdict__in=[Verdict.REGRESSED, Verdict.INCONCLUSIVE]
    )
    if not stopped.update(verdict=Verdict.OVERRULED, overrule_reason=reason):
        raise Conflict(_("No verdict stands in the way of this model any more."))
    record("model.verdict_overruled", choice, name=choice.name, reason=reason)
    _use(choice)


@transaction.atomic
def back_to_setting() -> None:
    """Let the model of the settings write again, from the next answer on. Raises Conflict when it does."""
    in_use = ModelChoice.objects.select_for_update().filter(state=State.IN_USE).first()
    if in_use is None:
        raise Conflict(_("The model of the settings is in use."))
    ModelChoice.objects.filter(pk=in_use.pk).update(state=State.RETIRED)
    record("model.back_to_setting", in_use, name=in_use.name)


def _use(choice: ModelChoice) -> None:
    ModelChoice.objects.select_for_update().filter(state=State.IN_USE).update(state=State.RETIRED)
    ModelChoice.objects.filter(pk=choice.pk).update(state=State.IN_USE, in_use_since=timezone.now())
    record("model.used", choice, name=choice.name)


@transaction.atomic
def cancel(*, choice: ModelChoice) -> None:
    """Do not use it after all. Nothing happens to one that does not wait."""
    waiting_now = ModelChoice.objects.filter(pk=choice.pk, state=State.PROPOSED, verdict=Verdict.WAITING)
    if waiting_now.update(verdict=Verdict.NONE, verdict_run=None, state=State.RETIRED):
        record("model.proposal_cancelled", choice, name=choice.name)
