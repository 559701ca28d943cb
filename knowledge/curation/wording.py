"""Findings in words: one sentence that says what is wrong, and quotes with the parts that matter marked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from knowledge.models import Finding

Tone = Literal["neutral", "info", "good", "warning", "danger"]
KIND_TONES: dict[str, Tone] = {
    Finding.Kind.CONTRADICTION: "danger",
    Finding.Kind.NEAR_DUPLICATE: "warning",
    Finding.Kind.STALE: "warning",
    Finding.Kind.UNUSED: "neutral",
}
STATE_TONES: dict[str, Tone] = {
    Finding.State.OPEN: "info",
    Finding.State.DISMISSED: "neutral",
    Finding.State.RESOLVED: "good",
}
STALE_REASONS: dict[str, Promise] = {
    "review_due": gettext_lazy("Its review was due on %(review_due)s."),
    "expires_soon": gettext_lazy("It expires on %(expires_at)s, and nothing takes its place yet."),
    "period_over": gettext_lazy("It speaks of a period that has ended."),
    "as_of_long_ago": gettext_lazy("It describes how things stood more than a year ago."),
    "announced_for_the_past": gettext_lazy("It announces something for a date that has passed."),
}


@dataclass(frozen=True)
class Part:
    text: str
    is_marked: bool = False


@dataclass(frozen=True)
class ShownQuote:
    """Words of a document, in parts; `address_id` is the document's public id."""

    document: str
    title: str
    number: int
    heading: str
    parts: tuple[Part, ...]


def sentence(finding: Finding) -> str:
    """What is wrong, in one sentence."""
    return summary(finding.kind, finding.evidence)


def summary(kind: str, evidence: dict[str, Any]) -> str:
    if kind == Finding.Kind.CONTRADICTION:
        if evidence.get("reason") == "polarity":
            return _("One says yes where the other says no.")
        figures = [", ".join(quote["marked"]) for quote in evidence["quotes"][:2]]
        return _("One says %(one)s, the other %(other)s.") % {"one": figures[0], "other": figures[-1]}
    if kind == Finding.Kind.NEAR_DUPLICATE:
        share = max(evidence["share"], evidence["other_share"])
        return _("%(percent)d %% of the text stands in both, in much the same words.") % {"percent": round(100 * share)}
    if kind == Finding.Kind.STALE:
        return " ".join(str(STALE_REASONS[reason]) % _dates(evidence) for reason in evidence["reasons"])
    return _unused(evidence)


def shown_quotes(evidence: dict[str, Any]) -> list[ShownQuote]:
    return [
        ShownQuote(
            document=quote["document"],
            title=quote["title"],
            number=quote["number"],
            heading=quote["heading"],
            parts=tuple(highlighted(quote["text"], quote["marked"])),
        )
        for quote in evidence.get("quotes", ())
    ]


def highlighted(text: str, marked: Sequence[str]) -> list[Part]:
    """The text without emphasis signs, cut where one of the marked words stands, whatever its blanks and case."""
    plain = text.replace("**", "").strip()
    wanted = [r"\s*".join(re.escape(piece) for piece in one.split()) for one in marked if one.strip()]
    if not wanted:
        return [Part(plain)]
    pieces = re.split(f"({'|'.join(sorted(wanted, key=len, reverse=True))})", plain, flags=re.IGNORECASE)
    return [Part(piece, position % 2 == 1) for position, piece in enumerate(pieces) if piece]


def _unused(evidence: dict[str, Any]) -> str:
    since = evidence.get("last_cited") or evidence.get("live_since")
    day = _day(since) if since else ""
    counted = {"day": day, "count": evidence.get("answers", 0)}
    if evidence.get("citations"):
        words = ngettext(
            "No answer has cited it since %(day)s; %(count)d answer cited others.",
            "No answer has cited it since %(day)s; %(count)d answers cited others.",
            counted["count"],
        )
    else:
        words = ngettext(
            "It has been in answers since %(day)s and none has cited it; %(count)d answer cited others.",
            "It has been in answers since %(day)s and none has cited it; %(count)d answers cited others.",
            counted["count"],
        )
    return words % counted


def _dates(evidence: dict[str, Any]) -> dict[str, str]:
    return {name: _day(evidence[name]) if evidence.get(name) else "" for name in ("review_due", "expires_at")}


def _day(written: str) -> str:
    moment = localtime(datetime.fromisoformat(written)).date() if "T" in written else date.fromisoformat(written)
    return date_format(moment, "DATE_FORMAT")
