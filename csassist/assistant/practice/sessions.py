"""
Practising: starting a session, saying something in it, ending it. Feedback is made when it ends, and kept.

A customer's line is made between two transactions, because a model may be asked for its words: the first reads, the
second writes only if nobody has written in between.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.assistant.models import PracticeScenario, PracticeSession, PracticeTurn
from csassist.assistant.practice.acting import Reaction, Standing, begin, react
from csassist.assistant.practice.feedback import assess
from csassist.assistant.practice.hearing import Said
from csassist.assistant.practice.playing import can_play, words_of_model
from csassist.assistant.practice.practised import Line, Practised
from csassist.assistant.practice.reading import scenario_of
from csassist.assistant.practice.scenarios import Scenario
from csassist.conversations.wording import clean_message
from csassist.core.errors import Conflict, NotFound
from csassist.core.json_types import JSONObject
from knowledge.articles import readable
from knowledge.models import Audience

LONGEST_MESSAGE = 4_000  # characters
MOST_CITED = 5


def start(*, scenario: PracticeScenario, agent: User, with_model: bool = False) -> PracticeSession:
    """
    A new session, which begins with the customer's first line. One that this agent left open in the same scenario is
    ended first. `with_model` is ignored where none is configured. Raises NotFound for a scenario no longer offered.
    """
    for left_open in PracticeSession.objects.of(agent).filter(scenario=scenario, state=PracticeSession.State.RUNNING):
        end(session=left_open)
    with transaction.atomic():
        current = PracticeScenario.objects.offered().filter(pk=scenario.pk).first()
        if current is None:
            raise NotFound(_("There is no such practice scenario any more."))
        case = scenario_of(current.definition)
        session = PracticeSession.objects.create(
            scenario=current,
            agent=agent,
            definition=current.definition,
            standing=begin(case).as_json(),
            played_by=PracticeSession.PlayedBy.MODEL if with_model and can_play() else PracticeSession.PlayedBy.SCRIPT,
        )
        PracticeTurn.objects.create(
            session=session,
            number=1,
            author=PracticeTurn.Author.CUSTOMER,
            text=case.opening,
            mood=case.persona.mood,
            reasons=["opening"],
            said_at=session.started_at,
        )
    return session


def say(*, session: PracticeSession, text: str, version: int, cited: Sequence[UUID] = ()) -> PracticeSession:
    """
    The agent's message and the customer's answer to it. Raises InvalidInput for a message without text or one that is
    too long, Conflict when the session has ended or another tab has answered already.
    """
    said_at = timezone.now()
    clean = clean_message(text, most_characters=LONGEST_MESSAGE)
    _refuse_moved(session, version)
    sources = _sources(cited)
    case = scenario_of(session.definition)
    said = Said(clean, case.language, tuple(str(one["key"]) for one in sources))
    reaction = react(case, Standing.from_json(session.standing), said)
    by_model = ""
    if session.played_by == PracticeSession.PlayedBy.MODEL:
        by_model = words_of_model(case, [*lines_of(session), Line(0, True, clean, 0.0)], reaction)
    agent_turn = PracticeTurn(
        session=session, author=PracticeTurn.Author.AGENT, text=clean, cited=sources, said_at=said_at
    )
    with transaction.atomic():
        _take(session, version)
        _write(session, agent_turn, reaction, by_model)
        if reaction.ended:
            _finish(session, reaction.ended)
    return session


@transaction.atomic
def end(*, session: PracticeSession) -> PracticeSession:
    """The agent ends it; nothing happens to one that has ended."""
    locked = PracticeSession.objects.select_for_update().get(pk=session.pk)
    if locked.state == PracticeSession.State.RUNNING:
        _finish(locked, PracticeSession.Ending.STOPPED)
    return locked


def lines_of(session: PracticeSession) -> list[Line]:
    """The session's lines, with the seconds since its start."""
    return [
        Line(
            number=turn.number,
            is_agent=turn.author == PracticeTurn.Author.AGENT,
            text=turn.text,
            seconds=(turn.said_at - session.started_at).total_seconds(),
            cited=tuple(str(one["key"]) for one in turn.cited),
            reasons=tuple(map(str, turn.reasons)),
        )
        for turn in session.turns.order_by("number")
    ]


def article_texts(keys: Iterable[str]) -> dict[str, str]:
    """The live texts of these articles as staff may read them, by key; without those that are not published."""
    rows = readable(Audience.AGENTS).defer(None).filter(slug__in=set(keys)).order_by("-pk")
    return {row.slug: f"{row.live_version.title}\n{row.live_version.body}" for row in rows if row.live_version}


def _refuse_moved(session: PracticeSession, version: int) -> None:
    if session.state != PracticeSession.State.RUNNING:
        raise Conflict(_("This practice session has ended."))
    if session.version != version:
        raise Conflict(_("You have answered this line already, perhaps in another tab. Here is where it stands."))


def _take(session: PracticeSession, version: int) -> None:
    running = PracticeSession.objects.filter(pk=session.pk, state=PracticeSession.State.RUNNING, version=version)
    if not running.update(version=F("version") + 1):
        raise Conflict(_("You have answered this line already, perhaps in another tab. Here is where it stands."))
    session.version = version + 1


def _write(session: PracticeSession, agent_turn: PracticeTurn, reaction: Reaction, by_model: str) -> None:
    number = session.turns.count()
    agent_turn.number = number + 1
    agent_turn.save()
    PracticeTurn.objects.create(
        session=session,
        number=number + 2,
        author=PracticeTurn.Author.CUSTOMER,
        text=by_model or reaction.text,
        mood=reaction.standing.mood,
        reasons=list(reaction.reasons),
        is_by_model=bool(by_model),
    )
    session.standing = reaction.standing.as_json()
    session.save(update_fields=["standing"])


def _finish(session: PracticeSession, ending: str) -> None:
    session.state, session.ending, session.ended_at = PracticeSession.State.FINISHED, ending, timezone.now()
    feedback = assess(_practised(session, scenario_of(session.definition)))
    session.feedback, session.score = (feedback.as_json(), feedback.score) if feedback else ({}, None)
    session.save(update_fields=["state", "ending", "ended_at", "feedback", "score"])


def _practised(session: PracticeSession, case: Scenario) -> Practised:
    lines = tuple(lines_of(session))
    standing = Standing.from_json(session.standing)
    keys = {source.article for source in case.sources} | {key for line in lines for key in line.cited}
    return Practised(case, lines, article_texts(keys), session.ending, fell=standing.fell)


def _sources(cited: Sequence[UUID]) -> list[JSONObject]:
    """What was cited, as far as staff may read it."""
    documents = readable(Audience.AGENTS).filter(public_id__in=list(cited)[:MOST_CITED]).order_by("pk")
    return [
        {"document": str(one.public_id), "key": one.slug, "title": one.live_version.title if one.live_version else ""}
        for one in documents
    ]
