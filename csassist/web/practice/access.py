"""Who may see the pages of practice, and how they answer when something is wrong: in words, a part in one line."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from csassist.accounts.models import User
from csassist.assistant.practice.selectors import REVIEW
from csassist.core.errors import AppError, NotAllowed
from csassist.web.languages import in_chosen_language, page_language

PRACTISE = "assistant.add_practicesession"
PART_HEADER = "X-Part"  # what practice.js sends to get a part instead of a page

View = Callable[..., HttpResponseBase]


def practice_page(view: Callable[..., HttpResponse], *, permission: str = PRACTISE) -> View:
    """A view for staff who may practise. A stranger is sent to sign in."""

    @never_cache
    @ensure_csrf_cookie
    @in_chosen_language
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        try:
            if not request.user.has_perm(permission):
                raise NotAllowed(_("Your role does not include this. Ask an admin if you need it."))
            return view(request, *args, **kwargs)
        except AppError as error:
            if is_part(request):
                return HttpResponse(error.message, status=error.http_status, content_type="text/plain; charset=utf-8")
            return practice_response(request, "problem.html", status=error.http_status, problem=error.message)

    return guarded


def review_page(view: Callable[..., HttpResponse]) -> View:
    """A view for those who may see everybody's practice."""
    return practice_page(view, permission=REVIEW)


def practice_response(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    frame = {"may_review": request.user.has_perm(REVIEW), "page_languages": _page_languages(request)}
    return render(request, f"web/practice/{template}", {**frame, **context}, status=status)


def staff_of(request: HttpRequest) -> User:
    """Who asks; `practice_page` has checked that it is a member of staff."""
    return cast(User, request.user)


def is_part(request: HttpRequest) -> bool:
    return PART_HEADER in request.headers


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """A part cannot ask for a password: the page says so and keeps what was written."""
    if is_part(request):
        return HttpResponse(_("You were signed out. Please sign in again."), status=401, content_type="text/plain")
    return redirect_to_login(request.get_full_path())


def _page_languages(request: HttpRequest) -> list[dict[str, object]]:
    """The switch between the page's languages; other parameters of the address stay."""
    current = {"en": "en", "zh": "zh-hans"}[page_language()]
    labels = {"en": ("EN", "en"), "zh-hans": ("中文", "zh-Hans")}
    query = request.GET.copy() if request.method == "GET" else request.GET.__class__("", mutable=True)
    rows = []
    for code, _name in settings.LANGUAGES:
        query["lang"] = code
        words, tag = labels[code]
        rows.append(
            {"address": f"?{query.urlencode()}", "words": words, "language": tag, "is_current": code == current}
        )
    return rows
