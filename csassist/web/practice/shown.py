"""What the pages of practice show of sessions, feedback and articles, ready for the templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from csassist.assistant.models import PracticeSession, PracticeTurn
from csassist.assistant.practice.findings import PART_NAMES, Worded, duration, overall, worded
from csassist.assistant.practice.reading import scenario_of
from csassist.assistant.practice.scenarios import Scenario
from csassist.assistant.practice.selectors import earlier_of, part_scores
from knowledge.articles import readable
from knowledge.models import Audience, Document

HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans"}


@dataclass(frozen=True, slots=True)
class ShownLine:
    number: int
    is_agent: bool
    text: str
    said_at: datetime
    mood: str = ""
    waited: str = ""
    cited: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownArticle:
    address: str
    title: str


@dataclass(frozen=True, slots=True)
class ShownFinding:
    words: Worded
    article: ShownArticle | None


@dataclass(frozen=True, slots=True)
class ShownPart:
    """`change` is the difference to the session before, in words; blank without one."""

    name: str
    title: str
    score: int
    change: str
    findings: tuple[ShownFinding, ...]


def mood_words(mood: int) -> str:
    return {
        -2: _("furious"),
        -1: _("annoyed"),
        0: _("calm"),
        1: _("friendly"),
        2: _("glad"),
    }[max(-2, min(2, mood))]


def lines_shown(turns: Iterable[PracticeTurn]) -> list[ShownLine]:
    """Oldest first, each of the agent's with how long the customer waited for it."""
    shown: list[ShownLine] = []
    before: PracticeTurn | None = None
    for turn in turns:
        is_agent = turn.author == PracticeTurn.Author.AGENT
        line = ShownLine(turn.number, is_agent, turn.text, turn.said_at)
        if is_agent:
            waited = duration(round((turn.said_at - before.said_at).total_seconds())) if before else ""
            line = replace(line, waited=waited, cited=tuple(_citation(one) for one in turn.cited))
        else:
            line = replace(line, mood=mood_words(turn.mood))
        shown.append(line)
        before = turn
    return shown


def session_context(session: PracticeSession) -> dict[str, Any]:
    case = scenario_of(session.definition)
    return {
        "session": session,
        "case": case,
        "case_language": HTML_LANGUAGES[case.language],
        "lines": lines_shown(session.turns.order_by("number")),
        "first_aim": duration(case.pace.first_seconds),
        "turn_aim": duration(case.pace.turn_seconds),
    }


def feedback_context(session: PracticeSession) -> dict[str, Any]:
    """Everything of the feedback page; `parts` is empty for a session in which the agent said nothing."""
    stored = session.feedback
    earlier = earlier_of(session)
    articles = _articles(stored)
    rows: Sequence[Mapping[str, Any]] = stored.get("parts", ())
    before = part_scores(earlier[0]) if earlier else {}
    return {
        "parts": [
            ShownPart(
                name=part["name"],
                title=str(PART_NAMES.get(part["name"], part["name"])),
                score=part["score"],
                change=_change(part["score"], before.get(part["name"])),
                findings=tuple(_finding(one, articles) for one in part["findings"]),
            )
            for part in rows
        ],
        "advice": [_finding(one, articles) for one in stored.get("advice", ())],
        "overall": overall(session.score, is_capped=bool(stored.get("is_capped"))) if session.score is not None else "",
        "change": _change(session.score, earlier[0].score) if earlier and session.score is not None else "",
        "compared": [_compared(one) for one in (session, *earlier)] if earlier else (),
        "part_names": [str(name) for name in PART_NAMES.values()],
        "spent": duration(round((session.ended_at - session.started_at).total_seconds())) if session.ended_at else "",
    }


def article_address(document: Document) -> str:
    return reverse("practice_article", args=[document.public_id])


def persona_line(case: Scenario) -> str:
    return _("%(name)s, %(mood)s at first. %(style)s") % {
        "name": case.persona.name,
        "mood": mood_words(case.persona.mood),
        "style": case.persona.style,
    }


def _citation(stored: Mapping[str, Any]) -> Mapping[str, str]:
    return {"title": str(stored["title"]), "address": reverse("practice_article", args=[stored["document"]])}


def _articles(stored: Mapping[str, Any]) -> dict[str, ShownArticle]:
    """The articles that the findings name, by key, as far as staff may read them now."""
    findings = [one for part in stored.get("parts", ()) for one in part["findings"]]
    keys = {str(one["article"]) for one in findings if one.get("article")}
    documents = readable(Audience.AGENTS).filter(slug__in=keys).order_by("-pk")
    return {
        document.slug: ShownArticle(article_address(document), document.live_version.title)
        for document in documents
        if document.live_version
    }


def _finding(stored: Mapping[str, Any], articles: Mapping[str, ShownArticle]) -> ShownFinding:
    words = worded(stored)
    return ShownFinding(words, articles.get(words.article))


def _change(score: int | None, before: int | None) -> str:
    if score is None or before is None:
        return ""
    if score == before:
        return _("as before")
    return _("%(points)+d since last time") % {"points": score - before}


def _compared(session: PracticeSession) -> dict[str, Any]:
    scores = part_scores(session)
    return {"session": session, "parts": [scores.get(name) for name in PART_NAMES]}
