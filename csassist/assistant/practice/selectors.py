"""Reading practice: what is offered, one's own sessions, and for supervisors everybody's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Avg, Count, Max, Q
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.assistant.models import PracticeScenario, PracticeSession
from csassist.core.errors import NotFound

REVIEW = "assistant.review_practicesession"
MOST_EARLIER = 5


@dataclass(frozen=True, slots=True)
class Offered:
    """A scenario with what this agent has made of it: sessions with feedback, the best score, one that is running."""

    scenario: PracticeScenario
    sessions_count: int
    best_score: int | None
    running: PracticeSession | None


@dataclass(frozen=True, slots=True)
class Practising:
    """One agent's practice; `scenarios_count` are different ones that were finished."""

    agent: User
    sessions_count: int
    scenarios_count: int
    best_score: int | None
    average_score: float | None
    last_at: datetime | None


def offered_to(agent: User, *, language: str = "") -> list[Offered]:
    """Every scenario on offer, easy ones first, in this language or in all."""
    rows = PracticeScenario.objects.offered().order_by("level", "title", "pk")
    if language:
        rows = rows.filter(language=language)
    own = Q(sessions__agent=agent, sessions__score__isnull=False)
    counted = rows.annotate(done=Count("sessions", filter=own), best=Max("sessions__score", filter=own))
    open_ones = PracticeSession.objects.of(agent).filter(state=PracticeSession.State.RUNNING)
    running = {one.scenario_id: one for one in open_ones.order_by("pk")}
    done = {pk: (count, best) for pk, count, best in counted.values_list("pk", "done", "best")}
    return [Offered(row, *done[row.pk], running.get(row.pk)) for row in rows]


def scenario_offered(public_id: UUID) -> PracticeScenario:
    """Raises NotFound."""
    found = PracticeScenario.objects.offered().filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such practice scenario any more."))
    return found


def session_seen_by(user: User, public_id: UUID) -> PracticeSession:
    """One's own, or for supervisors anybody's. Raises NotFound, the same for another's as for none."""
    rows = PracticeSession.objects.select_related("agent", "scenario").filter(public_id=public_id)
    found = (rows if user.has_perm(REVIEW) else rows.of(user)).first()
    if found is None:
        raise NotFound(_("There is no such practice session."))
    return found


def own_session(user: User, public_id: UUID) -> PracticeSession:
    """For acting in it. Raises NotFound."""
    found = PracticeSession.objects.of(user).select_related("scenario").filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such practice session."))
    return found


def earlier_of(session: PracticeSession, *, most: int = MOST_EARLIER) -> list[PracticeSession]:
    """The same agent's earlier sessions with feedback in the same scenario, the latest first."""
    if session.scenario_id is None:
        return []
    rows = PracticeSession.objects.scored().filter(agent=session.agent_id, scenario=session.scenario_id)
    return list(rows.filter(started_at__lt=session.started_at)[:most])


def part_scores(session: PracticeSession) -> Mapping[str, int]:
    return {part["name"]: part["score"] for part in session.feedback.get("parts", ())}


def recent_sessions(user: User, *, agent: User | None = None, most: int = 20) -> Sequence[PracticeSession]:
    """The latest sessions: one's own, for supervisors everybody's or this agent's."""
    rows = PracticeSession.objects.select_related("agent", "scenario")
    if not user.has_perm(REVIEW):
        rows = rows.of(user)
    elif agent is not None:
        rows = rows.of(agent)
    return list(rows[:most])


def who_practised() -> list[Practising]:
    """Every active member of staff with what they practised, the latest first, those without any last."""
    scored = Q(practice_sessions__score__isnull=False)
    counted = User.objects.filter(is_active=True).annotate(
        done=Count("practice_sessions", filter=scored),
        cases=Count("practice_sessions__scenario", filter=scored, distinct=True),
        best=Max("practice_sessions__score", filter=scored),
        average=Avg("practice_sessions__score", filter=scored),
        last=Max("practice_sessions__started_at"),
    )
    figures = counted.values_list("pk", "done", "cases", "best", "average", "last")
    people = {user.pk: user for user in User.objects.filter(is_active=True)}
    rows = [Practising(people[pk], *rest) for pk, *rest in figures]
    return sorted(rows, key=lambda row: (row.last_at is None, -(row.last_at.timestamp() if row.last_at else 0)))
