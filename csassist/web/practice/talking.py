"""
The practised conversation: reading it, answering in it, searching beside it, ending it.

One form does all of it, so that the page works without scripts: what was written stays when somebody searches. With
scripts only the parts that changed are fetched.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from csassist.assistant.models import PracticeSession
from csassist.assistant.practice import selectors, sessions
from csassist.core.errors import AppError, Conflict, InvalidInput
from csassist.web.help_centre.searching import QUESTION_MAX_CHARACTERS, search_articles
from csassist.web.practice.access import is_part, practice_page, practice_response, staff_of
from csassist.web.practice.shown import article_address, session_context
from knowledge.articles import readable
from knowledge.models import Audience

MOST_HITS = 6
MOST_IDS = 20


@require_safe
@practice_page
def session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    practised = selectors.own_session(staff_of(request), session_id)
    if practised.state != PracticeSession.State.RUNNING and not is_part(request):
        return redirect("practice_feedback", practised.public_id)
    if is_part(request):
        return practice_response(request, "talk.html", **session_context(practised))
    return practice_response(request, "session.html", **session_context(practised), **_beside(request, practised))


@require_POST
@practice_page
def act(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Send, search or end, by the button that was pressed."""
    practised = selectors.own_session(staff_of(request), session_id)
    wanted = request.POST.get("act", "say")
    if wanted == "end":
        sessions.end(session=practised)
        return redirect("practice_feedback", practised.public_id)
    if wanted == "search":
        return _page_with(request, practised)
    try:
        sessions.say(
            session=practised,
            text=request.POST.get("text", ""),
            version=_number(request.POST.get("version", "")),
            cited=_ids(request.POST.getlist("cite")),
        )
    except AppError as error:
        if is_part(request):
            raise
        return _page_with(request, practised, problem=error)
    if is_part(request):
        return practice_response(request, "talk.html", **session_context(practised))
    return redirect("practice_session", practised.public_id)


@require_safe
@practice_page
def search(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The results alone, for the page's script."""
    practised = selectors.own_session(staff_of(request), session_id)
    context = {**session_context(practised), **_beside(request, practised)}
    return practice_response(request, "results.html", **context)


def _page_with(request: HttpRequest, practised: PracticeSession, problem: AppError | None = None) -> HttpResponse:
    """The page with what was written still in it."""
    if practised.state != PracticeSession.State.RUNNING:
        raise Conflict(_("This practice session has ended."))
    return practice_response(
        request,
        "session.html",
        status=problem.http_status if problem else 200,
        problem=problem.message if problem else "",
        is_empty_text=isinstance(problem, InvalidInput),
        written=request.POST.get("text", ""),
        **session_context(practised),
        **_beside(request, practised),
    )


def _beside(request: HttpRequest, practised: PracticeSession) -> dict[str, Any]:
    """The search that staff have, in the customer's language, and the articles marked already."""
    given = request.POST if request.method == "POST" else request.GET
    question = " ".join(given.get("q", "").split())[:QUESTION_MAX_CHARACTERS]
    marked = readable(Audience.AGENTS).filter(public_id__in=_ids(given.getlist("cite"))).order_by("title", "pk")
    cited = [_row(document, document.live_version.title if document.live_version else "") for document in marked]
    context: dict[str, Any] = {"question": question, "cited": cited, "found": None, "hits": ()}
    if not question:
        return context
    language = str(practised.definition["language"])
    found = search_articles(question, reader=Audience.AGENTS, language=language)
    taken = {row["id"] for row in cited}
    rows = [
        {**_row(hit.document, ""), "pieces": hit.title, "excerpt": hit.excerpt, "heading": hit.heading}
        for hit in found.hits
    ]
    firsts = {row["id"]: row for row in reversed(rows) if row["id"] not in taken}
    return {**context, "found": found, "hits": list(firsts.values())[::-1][:MOST_HITS]}


def _row(document: Any, title: str) -> dict[str, Any]:
    return {
        "id": str(document.public_id),
        "title": title,
        "address": article_address(document),
        "is_internal": document.collection.audience == Audience.AGENTS,
    }


def _ids(values: list[str]) -> list[UUID]:
    """Those of the values that are ids at all."""
    ids = []
    for value in values[:MOST_IDS]:
        try:
            ids.append(UUID(value))
        except ValueError:
            continue
    return ids


def _number(value: str) -> int:
    if not value.isdecimal():
        raise InvalidInput(_("Please reload the page and send it again."))
    return int(value)
