"""
Which version scores an issue: put one in force, go back to the one before, or let the scorecard stand in.

A person decides and says why; the reason is kept with the version and on record. What the gate has refused is put in
force only by somebody who says that they overrule it.
"""

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from proactive.models import IssueType, ModelStatus, ScoreModel

REASON_MOST_CHARACTERS: Final = 300
FROZEN_MOST_CHARACTERS: Final = 40


class GateRefused(Conflict):
    """The gate has refused this version, and nobody has said that they overrule it."""

    code = "gate_refused"


@transaction.atomic
def promote(*, model: ScoreModel, by: User, reason: str, overruled: bool = False) -> ScoreModel:
    """
    Let this version score its issue from the next pass on; the one in force retires.

    Raises InvalidInput without a reason, Conflict when it scores already, GateRefused for a refused version unless
    `overruled`.
    """
    why = _reason(reason)
    row, champion = _locked(model)
    if row.status == ModelStatus.CHAMPION:
        raise Conflict(_("This version is in force already."))
    is_refused = row.status == ModelStatus.REFUSED
    if is_refused and not overruled:
        raise GateRefused(_("The gate has refused this version. Say that you overrule it to put it in force."))
    _put_in_force(row, instead_of=champion, by=by, reason=why)
    record(
        "score_model.promoted",
        row,
        version=row.version,
        instead_of=champion.version if champion else None,
        overruled=is_refused,
        reason=why,
    )
    return row


@transaction.atomic
def roll_back(*, issue: IssueType, by: User, reason: str) -> ScoreModel:
    """
    Put the version that was in force before back in force.

    Raises InvalidInput without a reason, Conflict when no other version was ever in force.
    """
    why = _reason(reason)
    versions = _versions(issue.pk)
    champion = next((one for one in versions if one.status == ModelStatus.CHAMPION), None)
    before = previous_of(versions, champion)
    if before is None:
        raise Conflict(_("No other version was in force before."))
    _put_in_force(before, instead_of=champion, by=by, reason=why)
    record(
        "score_model.rolled_back",
        before,
        version=before.version,
        instead_of=champion.version if champion else None,
        reason=why,
    )
    return before


@transaction.atomic
def freeze(*, model: ScoreModel, reason: str) -> ScoreModel:
    """
    Let the scorecard stand in for a version in force until it is unfrozen. `reason` is a code or a few words.

    Raises InvalidInput without a reason, Conflict when it is not in force.
    """
    why = _reason(reason)[:FROZEN_MOST_CHARACTERS]
    row, _champion = _locked(model)
    if row.status != ModelStatus.CHAMPION:
        raise Conflict(_("Only the version in force can be frozen."))
    row.frozen_reason = why
    row.save(update_fields=["frozen_reason"])
    record("score_model.frozen", row, version=row.version, reason=why)
    return row


@transaction.atomic
def unfreeze(*, model: ScoreModel, reason: str) -> ScoreModel:
    """Let it score again. Raises InvalidInput without a reason, Conflict when it is not frozen."""
    why = _reason(reason)
    row, _champion = _locked(model)
    if not row.frozen_reason:
        raise Conflict(_("This version is not frozen."))
    was = row.frozen_reason
    row.frozen_reason = ""
    row.save(update_fields=["frozen_reason"])
    record("score_model.unfrozen", row, version=row.version, was=was, reason=why)
    return row


def previous_of(versions: Sequence[ScoreModel], champion: ScoreModel | None) -> ScoreModel | None:
    """The older version that was in force last: going back twice goes back two versions, not to and fro."""
    retired = [
        (one.retired_at, one.version, one)
        for one in versions
        if one.status == ModelStatus.RETIRED and one.retired_at and (not champion or one.version < champion.version)
    ]
    return max(retired, key=lambda found: found[:2])[2] if retired else None


def _put_in_force(row: ScoreModel, *, instead_of: ScoreModel | None, by: User, reason: str) -> None:
    now = timezone.now()
    if instead_of is not None:
        instead_of.status, instead_of.retired_at, instead_of.frozen_reason = ModelStatus.RETIRED, now, ""
        instead_of.save(update_fields=["status", "retired_at", "frozen_reason"])
    row.status, row.promoted_at, row.promoted_by, row.promotion_reason = ModelStatus.CHAMPION, now, by, reason
    row.retired_at, row.frozen_reason = None, ""
    row.save(update_fields=["status", "promoted_at", "promoted_by", "promotion_reason", "retired_at", "frozen_reason"])


def _locked(model: ScoreModel) -> tuple[ScoreModel, ScoreModel | None]:
    """The version as it is now, and the one in force, if that is another."""
    versions = _versions(model.issue_id)
    row = next(one for one in versions if one.pk == model.pk)
    champion = next((one for one in versions if one.status == ModelStatus.CHAMPION and one.pk != row.pk), None)
    return row, champion


def _versions(issue_id: int) -> list[ScoreModel]:
    """Those of an issue, held until the end: two people who decide at once decide one after the other."""
    list(IssueType.objects.select_for_update().filter(pk=issue_id).values_list("pk"))
    return list(ScoreModel.objects.filter(issue_id=issue_id).defer("artifact", "card").order_by("version"))


def _reason(reason: str) -> str:
    why = " ".join(reason.split())[:REASON_MOST_CHARACTERS]
    if not why:
        raise InvalidInput(_("Write why."))
    return why
