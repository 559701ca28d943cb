"""The list of scenarios, feedback, who practised what, and articles beside it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from csassist.accounts.models import User
from csassist.assistant.models import PracticeSession
from csassist.assistant.practice import selectors, sessions
from csassist.assistant.practice.playing import can_play
from csassist.assistant.practice.reading import scenario_of
from csassist.core.errors import NotFound
from csassist.core.rendering import render_article
from csassist.web.languages import page_language
from csassist.web.practice.access import practice_page, practice_response, review_page, staff_of
from csassist.web.practice.shown import HTML_LANGUAGES, feedback_context, persona_line, session_context
from knowledge.articles import find_by_id
from knowledge.models import Audience, DocumentVersion

ALL = "all"


@require_safe
@practice_page
def scenarios(request: HttpRequest) -> HttpResponse:
    """What can be practised, in the language of `?in=` or of the page; and what this person practised last."""
    asked = request.GET.get("in", "")
    language = asked if asked in {"en", "zh", ALL} else page_language()
    user = staff_of(request)
    offered = selectors.offered_to(user, language="" if language == ALL else language)
    cases = [(row, scenario_of(row.scenario.definition)) for row in offered]
    return practice_response(
        request,
        "scenarios.html",
        offered=[
            {"row": row, "persona": persona_line(case), "language": HTML_LANGUAGES[case.language]}
            for row, case in cases
        ],
        chosen=language,
        languages=[("en", _("English")), ("zh", _("Chinese")), (ALL, _("All languages"))],
        recent=selectors.recent_sessions(user, agent=user, most=8),
        can_play=can_play(),
    )


@require_POST
@practice_page
def start(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    scenario = selectors.scenario_offered(scenario_id)
    with_model = request.POST.get("played_by") == PracticeSession.PlayedBy.MODEL
    session = sessions.start(scenario=scenario, agent=staff_of(request), with_model=with_model)
    return redirect("practice_session", session.public_id)


@require_safe
@practice_page
def feedback(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """What the rules found; one's own, for supervisors anybody's. A running session has none yet."""
    user = staff_of(request)
    session = selectors.session_seen_by(user, session_id)
    is_own = session.agent_id == user.pk
    if session.state == PracticeSession.State.RUNNING:
        if is_own:
            return redirect("practice_session", session.public_id)
        raise NotFound(_("There is no such practice session."))
    context = {**session_context(session), **feedback_context(session)}
    return practice_response(request, "feedback.html", is_own=is_own, **context)


@require_safe
@review_page
def people(request: HttpRequest) -> HttpResponse:
    """Who practised what; `?who=` shows one person's sessions."""
    chosen = _person(request.GET.get("who", ""))
    return practice_response(
        request,
        "people.html",
        rows=selectors.who_practised(),
        chosen=chosen,
        sessions=selectors.recent_sessions(staff_of(request), agent=chosen),
    )


@require_safe
@practice_page
def article(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """
    An article as staff may read it. Not a page of the help centre on purpose: an opening here is practice and must not
    count among its views.
    """
    document = find_by_id(document_id, reader=Audience.AGENTS)
    live = document.live_version_id if document else None
    version = DocumentVersion.objects.filter(pk=live).first() if live is not None else None
    if document is None or version is None:
        raise NotFound(_("This article is not published now."))
    return practice_response(
        request,
        "article.html",
        document=document,
        version=version,
        is_internal=document.collection.audience == Audience.AGENTS,
        article_language=HTML_LANGUAGES.get(version.language, version.language),
        body=render_article(version.body),
    )


def _person(public_id: str) -> User | None:
    try:
        return User.objects.filter(public_id=UUID(public_id)).first()
    except ValueError:
        return None
