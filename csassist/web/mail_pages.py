"""
What links in mails to customers open: the door to one conversation, the survey, and the end of surveys.

Opening a link only shows what its form will do. The token in the address is the authority for the survey and for
refusing more of them; for a conversation it is not, because a mail may have been forwarded: there the browser proves by
a code that its user reads the mailbox.
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from csassist.conversations import access, limits, mail_links, services
from csassist.conversations.mail_address import MailAddress
from csassist.conversations.models import Conversation
from csassist.core.errors import InvalidInput, NotFound, TooManyRequests
from csassist.web.languages import in_chosen_language, page_language

form_page = require_http_methods(["GET", "HEAD", "POST"])


class SurveyForm(forms.Form):
    score = forms.TypedChoiceField(
        label=_("How satisfied are you with the help you got?"),
        choices=[(5, _("5 – very satisfied")), (4, "4"), (3, "3"), (2, "2"), (1, _("1 – not at all satisfied"))],
        coerce=int,
        widget=forms.RadioSelect,
    )
    resolved = forms.TypedChoiceField(
        label=_("Is the matter settled for you?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda word: word == "yes",
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("What could we do better?"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


@never_cache
@form_page
@in_chosen_language
def conversation(request: HttpRequest, token: str) -> HttpResponse:
    """A browser that may see the conversation goes in; any other asks for a code, and enters it, by POST."""
    try:
        conversation, address = mail_links.conversation_of(token)
    except NotFound:
        return _page(request, "link_is_over", status=404)
    visitor = access.visitor_of_token(request.COOKIES.get(access.COOKIE_NAME, ""))
    if visitor is not None and access.conversations_of(visitor).filter(pk=conversation.pk).exists():
        return redirect("chat_conversation", conversation.public_id)
    if not address.may_open:
        return _page(request, "other_browser", status=404)
    if request.method == "POST":
        newcomer = access.new_visitor()
        response = _let_in(request, conversation, address, (visitor or newcomer).key_digest)
        if visitor is None:
            access.set_visitor_cookie(response, access.token_of(newcomer) or "")
        return response
    return _page(request, "door", address=address.masked)


@never_cache
@form_page
@in_chosen_language
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """The form, and by POST the answer; the latest counts."""
    try:
        asked = mail_links.survey_of(token)
    except NotFound:
        return _page(request, "link_is_over", status=404)
    form = SurveyForm(request.POST if request.method == "POST" else None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            limits.spend_write(request)
            services.answer_survey(survey=asked, **form.cleaned_data)
        except (InvalidInput, TooManyRequests) as error:
            problem = error.message
        else:
            return _page(request, "survey_thanks")
    return _page(request, "survey", form=form, problem=problem)


@csrf_exempt  # a mail program posts here by itself (RFC 8058), and the token is the authority
@never_cache
@form_page
@in_chosen_language
def no_surveys(request: HttpRequest, token: str) -> HttpResponse:
    """The question, and by POST the end of surveys for the address of the mail."""
    try:
        address_digest = mail_links.refusing_address_of(token)
    except NotFound:
        return _page(request, "link_is_over", status=404)
    if request.method == "POST":
        services.refuse_surveys(address_digest=address_digest)
        return _page(request, "surveys_refused")
    return _page(request, "refuse_surveys")


def _let_in(request: HttpRequest, conversation: Conversation, address: MailAddress, key_digest: str) -> HttpResponse:
    """Send a code, or take the one that was typed in the browser of this key."""
    code = request.POST.get("code")
    shown: dict[str, Any] = {"address": address.masked, "asks_for_code": True}
    try:
        limits.spend_write(request)
        if code is None:
            services.ask_to_open(
                conversation=conversation,
                address=address,
                key_digest=key_digest,
                language=page_language(),
            )
            return _page(request, "door", **shown)
        services.enter_code(conversation=conversation, key_digest=key_digest, code=code)
    except (InvalidInput, TooManyRequests) as error:
        return _page(request, "door", status=error.http_status, problem=error.message, **shown)
    return redirect("chat_conversation", conversation.public_id)


def _page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"web/mail/{name}.html", context, status=status)
