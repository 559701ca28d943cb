"""What every page of the help centre shares: who reads, in which language, and what stands around the content."""

from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from csassist.conversations import access
from csassist.core.errors import AppError, TooManyRequests
from csassist.web.languages import View, in_chosen_language, page_language
from knowledge.articles import LANGUAGES
from knowledge.models import Audience

EVERY_LANGUAGE = "all"
HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans"}


@dataclass(frozen=True)
class Choice:
    """One link of a switch."""

    address: str
    words: str
    language: str
    is_current: bool


def help_view(view: View) -> View:
    """
    A view of the help centre: in the chosen language, with problems told in words.

    No cache keeps a page: a withdrawn article must be gone with the next request.
    """

    @never_cache
    @in_chosen_language
    @wraps(view)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except AppError as error:
            response = help_page(request, "problem.html", status=error.http_status, problem=_words(error))
            if isinstance(error, TooManyRequests):
                response.headers["Retry-After"] = str(error.retry_after_seconds)
            return response

    return shown


def help_page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    frame = {"page_languages": _page_languages(request), "html_languages": HTML_LANGUAGES}
    return render(request, f"web/help/{template}", {**frame, **context}, status=status)


def not_here(request: HttpRequest) -> HttpResponse:
    """One page for what is withdrawn, not yet in effect, hidden from this reader or was never there."""
    return help_page(request, "gone.html", status=404)


def visitor_of_page(request: HttpRequest) -> access.Visitor | None:
    return access.visitor_of_token(request.COOKIES.get(access.COOKIE_NAME, ""))


def reader_of(visitor: access.Visitor | None) -> Audience:
    """Signed-in customers also read what is for customers; staff see here what everybody sees."""
    return Audience.CUSTOMERS if visitor and visitor.signed_in else Audience.PUBLIC


def articles_language(request: HttpRequest, *, usual: str | None = None) -> str:
    """The language to list articles in: that of `?in=`, else `usual`, else the page's; empty for every language."""
    asked = request.GET.get("in", "")
    if asked == EVERY_LANGUAGE:
        return ""
    return asked if asked in LANGUAGES else page_language() if usual is None else usual


def article_languages(request: HttpRequest, current: str) -> list[Choice]:
    """The switch between articles in one language and in all."""
    names = {"en": ("English", "en"), "zh": ("中文", "zh-Hans"), EVERY_LANGUAGE: (_("All languages"), "")}
    return [
        Choice(same_page(request, **{"in": value}), words, tag, (current or EVERY_LANGUAGE) == value)
        for value, (words, tag) in names.items()
    ]


def same_page(request: HttpRequest, **changed: str) -> str:
    """The address of this page with other parameters; it begins anew at the first page of a list."""
    query = request.GET.copy()
    for name in ("page", *changed):
        query.pop(name, None)
    for name, value in changed.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _page_languages(request: HttpRequest) -> list[Choice]:
    current = {"en": "en", "zh": "zh-hans"}[page_language()]
    labels = {"en": ("EN", "en"), "zh-hans": ("中文", "zh-Hans")}
    return [
        Choice(same_page(request, lang=code), *labels[code], is_current=code == current)
        for code, _name in settings.LANGUAGES
    ]


def _words(error: AppError) -> str:
    if isinstance(error, TooManyRequests):
        return _("That was a lot at once. Please wait a moment and try again.")
    return error.message
