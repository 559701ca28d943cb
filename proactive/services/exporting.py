"""Risks as a file: who took which, and the lines of it."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.csv_lines import BYTE_ORDER_MARK, csv_line
from proactive.board import RisksWanted, risks
from proactive.models import CurrentRisk
from proactive.wording import STAND_INS, code_in_words, in_words

BATCH_ROWS: Final = 2_000
REASONS_COUNT: Final = 3


@transaction.atomic
def export_risks(*, wanted: RisksWanted, by: User, language: str) -> Iterator[str]:
    """
    The lines of a CSV file, the most likely first, in pieces; which filter was taken is on record before the first.

    Each piece is a query of its own, so that no cursor is held while somebody downloads slowly. A score that changes
    meanwhile may be missed or stand twice, as it can in any list that is read page by page.
    """
    record("risks.exported", by, rows=risks(wanted).count(), filter=dict(wanted.as_query()))
    return _pieces(wanted, language)


def _pieces(wanted: RisksWanted, language: str) -> Iterator[str]:
    with translation.override(language):
        yield BYTE_ORDER_MARK + csv_line(_head())
    last: CurrentRisk | None = None
    while batch := _after(wanted, last):
        with translation.override(language):
            piece = "".join(csv_line(_cells(risk)) for risk in batch)
        last = batch[-1]
        yield piece


def _after(wanted: RisksWanted, last: CurrentRisk | None) -> list[CurrentRisk]:
    rows = risks(wanted)
    if last is not None:
        at = last.probability
        rows = rows.filter(probability__lte=at).filter(Q(probability__lt=at) | Q(id__gt=last.pk))
    return list(rows[:BATCH_ROWS])


def _head() -> Sequence[str]:
    return [
        _("Customer"),
        _("Customer number"),
        _("Customer id"),
        _("plan").capitalize(),
        _("Language"),
        _("Issue"),
        _("Band"),
        _("Probability"),
        *(_("Reason %(number)d") % {"number": number} for number in range(1, REASONS_COUNT + 1)),
        _("As of"),
        _("Computed"),
        _("Model version"),
        _("Stands in because"),
    ]


def _cells(risk: CurrentRisk) -> Sequence[object]:
    reasons = [in_words(reason) for reason in risk.reasons[:REASONS_COUNT]]
    return [
        str(risk.customer),
        risk.customer.external_id,
        risk.customer.public_id,
        risk.customer.plan,
        risk.customer.language,
        risk.issue.name,
        risk.get_band_display(),
        f"{risk.probability:.4f}",
        *reasons,
        *[""] * (REASONS_COUNT - len(reasons)),
        risk.as_of.isoformat(timespec="seconds"),
        risk.computed_at.isoformat(timespec="seconds"),
        risk.model.version,
        code_in_words(risk.stands_in, STAND_INS),
    ]
