"""Having a model trained, and letting it read."""

from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.analysis.classifier import MOST_ROWS
from csassist.analysis.intent_figures import outcomes_of
from csassist.analysis.models import IntentModelVersion
from csassist.analysis.promotion import PromotionVerdict, may_promote
from csassist.analysis.training import not_enough_in_words
from csassist.analysis.training_data import training_data
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput

State = IntentModelVersion.State
REASON_MOST_CHARACTERS = 300


class PromotionHeldBack(Conflict):
    """The version is worse than the one that reads, beyond chance: a person may override it with a reason."""

    code = "promotion_held_back"


@transaction.atomic
def train_intents(*, by: User | None = None) -> IntentModelVersion:
    """
    A new version, to be trained in the background from the examples as they stand then. Raises InvalidInput when there
    are too few, Conflict while another one is being trained.
    """
    data = training_data()
    if not data.is_enough:
        raise InvalidInput(not_enough_in_words(data))
    if len(data.examples) > MOST_ROWS:
        raise InvalidInput(_("At most %(most)d examples can be learned from.") % {"most": MOST_ROWS})
    if IntentModelVersion.objects.unfinished().exists():
        raise Conflict(_("A model is being trained already."))
    newest: int = IntentModelVersion.objects.aggregate(newest=Max("number"))["newest"] or 0
    try:
        with transaction.atomic():
            version = IntentModelVersion.objects.create(
                number=newest + 1, requested_by=by, examples_count=len(data.examples), intents_count=data.intents_count
            )
    except IntegrityError as error:  # somebody else asked at the same moment and has the number
        raise Conflict(_("A model is being trained already.")) from error
    record("intent_model.requested", version, number=version.number, examples=len(data.examples))
    transaction.on_commit(partial(_hint))
    return version


def promotion_verdict(version: IntentModelVersion) -> PromotionVerdict:
    """Whether this version may read in place of the one that does now."""
    live = IntentModelVersion.objects.live().exclude(pk=version.pk).first()
    return may_promote(outcomes_of(version.outcomes), outcomes_of(live.outcomes) if live else None)


@transaction.atomic
def promote(*, version: IntentModelVersion, by: User, override_reason: str = "") -> IntentModelVersion:
    """
    Let this version read from the next message on. What was read before stays as it was.

    Raises Conflict when it is not trained or reads already, PromotionHeldBack when it is worse than the live one beyond
    the interval and no reason is given to let it read all the same.
    """
    _lock_all()
    live = IntentModelVersion.objects.live().defer("artifact").first()
    row = IntentModelVersion.objects.defer("artifact").get(pk=version.pk)
    if not row.may_read:
        raise Conflict(_("Only a trained version that does not read yet can be chosen."))
    verdict = promotion_verdict(row)
    reason = " ".join(override_reason.split())[:REASON_MOST_CHARACTERS]
    if not verdict.may_promote and not reason:
        raise PromotionHeldBack(_("It is worse than the model that reads. Write why it should read all the same."))
    now = timezone.now()
    if live is not None:
        IntentModelVersion.objects.filter(pk=live.pk).update(state=State.RETIRED)
    row.state, row.promoted_at, row.promoted_by = State.LIVE, now, by
    row.override_reason = "" if verdict.may_promote else reason
    row.save(update_fields=["state", "promoted_at", "promoted_by", "override_reason"])
    record(
        "intent_model.promoted",
        row,
        number=row.number,
        instead_of=live.number if live else None,
        verdict=str(verdict.reason),
        difference=None if verdict.difference is None else round(verdict.difference, 4),
        override_reason=row.override_reason,
    )
    return row


def _lock_all() -> None:
    """Two people who choose at once choose one after the other, also when none reads yet."""
    list(IntentModelVersion.objects.select_for_update().order_by("pk").values_list("pk"))


def _hint() -> None:
    from csassist.analysis.jobs import train_due

    train_due.enqueue()
