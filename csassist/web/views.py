"""
The pages that are not Django admin: the customer's chat page and the door for staff.

The chat page is an empty frame with the translated phrases; everything in it comes from the public API, so that there
is one way to read a conversation and the page proves it.
"""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from csassist.conversations import access, attachment_rules
from csassist.core.errors import NotFound
from csassist.web.languages import in_chosen_language, page_language
from csassist.web.phrases import chat_phrases
from csassist.web.suggestions import suggested_questions
from knowledge.articles import address_of, find_by_id
from knowledge.models import Audience, Document

PREFILLED_MAX_CHARACTERS = 300

# Named so that the browser fetches them together instead of one import after the other.
SCRIPT_MODULES = (
    "api", "composer", "conversation", "dialogs", "dom", "files", "help", "highlight", "history", "live", "outbox",
    "person", "phrases", "problem", "proof", "rating", "root", "scrolling", "sources", "storage", "stream", "survey",
    "times", "transcript", "tray", "trusted", "turns", "unread",
)  # fmt: skip


@never_cache
@require_safe
@ensure_csrf_cookie
@in_chosen_language
def chat(request: HttpRequest, conversation_id: UUID | None = None) -> HttpResponse:
    """
    The chat page: empty, or one conversation. `?about=` begins one about an article, `?ask=` puts words into the
    composer, which the customer sends or changes.
    """
    visitor = access.visitor_of_token(request.COOKIES.get(access.COOKIE_NAME, ""))
    if conversation_id and not _may_see(visitor, conversation_id):
        response = render(request, "web/conversation_gone.html", status=404)
    else:
        about = None if conversation_id else _asked_about(request.GET.get("about", ""))
        prefilled = request.GET.get("ask", "")[:PREFILLED_MAX_CHARACTERS]
        response = render(request, "web/chat.html", {**_chat_context(conversation_id, about), "prefilled": prefilled})
    if visitor is None:
        # Now, not with the first message: two tabs opened at once then belong to one visitor.
        access.set_visitor_cookie(response, access.issue_visitor_token())
    return response


@require_safe
def staff(request: HttpRequest) -> HttpResponseBase:
    """The door for staff: those who answer customers work in the console, and begin there."""
    return redirect("console")


def _may_see(visitor: access.Visitor | None, conversation_id: UUID) -> bool:
    if visitor is None:
        return False
    try:
        access.conversation_for(visitor, conversation_id)
    except NotFound:
        return False
    return True


def _asked_about(public_id: str) -> Document | None:
    """The article that the assistant may answer from, whoever asks; None for any other."""
    try:
        return find_by_id(UUID(public_id), reader=Audience.PUBLIC)
    except ValueError:
        return None


def _chat_context(conversation_id: UUID | None, about: Document | None) -> dict[str, object]:
    language = page_language()
    return {
        "suggestions": () if conversation_id or about else suggested_questions(language=language),
        "conversation_id": conversation_id,
        "about": about,
        "about_address": address_of(about) if about else "",
        "modules": SCRIPT_MODULES,
        "page_facts": {
            "conversation": str(conversation_id) if conversation_id else None,
            "about": str(about.public_id) if about else None,
            "language": language,
            "messageMaxCharacters": settings.CSASSIST_MESSAGE_MAX_CHARACTERS,
            "attachments": attachment_rules.for_pages(),
            "phrases": chat_phrases(),
        },
    }
