"""What counts as an issue, said from its definition: for the card of a model and for whoever edits it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from proactive.models import IssueType
from proactive.wording import in_hours

BEFORE_DAYS = 30


def label_in_words(issue: IssueType) -> list[str]:
    """One sentence for each way in which it counts as having happened, then when that is looked for."""
    label: Mapping[str, Any] = issue.label if isinstance(issue.label, dict) else {}
    sentences = list(_conditions(label))
    if not sentences:
        return [_("Nothing says yet what counts as it.")]
    until = in_hours(issue.gap_hours + issue.horizon_hours)
    when = _("Counted from %(begin)s to %(end)s after the moment of the score.")
    return [*sentences, when % {"begin": in_hours(issue.gap_hours), "end": until}]


def _conditions(label: Mapping[str, Any]) -> Iterator[str]:
    for one in label.get("any_of") or []:
        if isinstance(one, dict) and one.get("event"):
            yield _condition(one)
    if label.get("none_of"):
        words = _("None of %(events)s, but in the %(days)d days before at least one of %(before)s.")
        yield words % {
            "events": _listed(label["none_of"]),
            "days": BEFORE_DAYS,
            "before": _listed(label.get("any_before")),
        }


def _condition(one: Mapping[str, Any]) -> str:
    least = one.get("at_least")
    count = least if isinstance(least, int) and least > 1 else 1
    words = ngettext("%(event)s at least %(count)d time", "%(event)s at least %(count)d times", count)
    said = words % {"event": one["event"], "count": count}
    if (low := one.get("value_at_least")) is not None:
        said = _("%(said)s, with a value of at least %(value)s") % {"said": said, "value": low}
    if (high := one.get("value_at_most")) is not None:
        said = _("%(said)s, with a value of at most %(value)s") % {"said": said, "value": high}
    return said


def _listed(names: object) -> str:
    return ", ".join(str(name) for name in names) if isinstance(names, list) else ""
