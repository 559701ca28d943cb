"""What an agent decides about a draft of the assistant. Each answers with the conversation as it is then."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from csassist.assistant import agent_acts, drafts
from csassist.assistant.draft_citations import unpacked
from csassist.assistant.models import AnswerTrace
from csassist.assistant.sources import source_of
from csassist.core.errors import InvalidInput, NotFound
from csassist.web.console.access import console_decision, console_page, console_part, conversation_of, staff_of
from csassist.web.console.conversation import render_talk
from csassist.web.console.draft_card import draft_context, draft_of


@require_safe
@console_part
def card(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The open draft of a conversation by itself, which grows while the assistant writes."""
    conversation = conversation_of(public_id)
    return render(request, "web/console/draft.html", draft_context(request, conversation))


@require_safe
@console_part
def source(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    cited = next((one for one in unpacked(draft_of(public_id).citations) if one.number == number), None)
    if cited is None:
        raise NotFound(_("This source does not exist."))
    return render(request, "web/console/source.html", {"source": source_of(cited)})


@require_safe
@console_page
def why(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """From a draft to the page that says why it is what it is."""
    trace = AnswerTrace.objects.filter(run=draft_of(public_id).run).only("pk").first()
    if trace is None:
        raise NotFound(_("There is no record of how this draft came about yet."))
    return redirect(reverse("admin:assistant_answertrace_change", args=[trace.pk]))


@require_POST
@console_decision
def approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send it, in the words of `text` if there are any. The draft and its version are those that the page showed."""
    draft, form = draft_of(public_id), request.POST
    drafts.approve_draft(
        draft=draft,
        by=staff_of(request),
        version=version_of(request),
        text=form.get("text") or None,
        closes=form.get("closes") == "yes",
    )
    return render_talk(request, draft.conversation)


@require_POST
@console_decision
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    draft = draft_of(public_id)
    drafts.edit_draft(draft=draft, by=staff_of(request), version=version_of(request), text=request.POST.get("text", ""))
    return render_talk(request, draft.conversation)


@require_POST
@console_decision
def reject(request: HttpRequest, public_id: UUID) -> HttpResponse:
    draft, form = draft_of(public_id), request.POST
    drafts.reject_draft(
        draft=draft,
        by=staff_of(request),
        version=version_of(request),
        reason=form.get("reason", ""),
        comment=form.get("comment", ""),
    )
    return render_talk(request, draft.conversation)


@require_POST
@console_decision
def ask_for_draft(request: HttpRequest, public_id: UUID) -> HttpResponse:
    conversation = conversation_of(public_id)
    if agent_acts.ask_for_draft(conversation=conversation, by=staff_of(request)) is None:
        raise InvalidInput(_("There is nothing to draft: no message of the customer waits for an answer."))
    return render_talk(request, conversation)


def version_of(request: HttpRequest) -> int:
    """The version that the page showed. Raises InvalidInput."""
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise InvalidInput(_("Name the version of the draft that you saw."), field="version")
    return int(version)
