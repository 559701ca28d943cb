"""Choosing the language of a page by `?lang=`: it switches at once, and the choice is kept in a cookie."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

View = Callable[..., HttpResponse]
Answer = TypeVar("Answer", bound=HttpResponseBase)


def in_chosen_language(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """A view whose page speaks the language that its address asks for."""

    @wraps(view)
    def speaking(request: HttpRequest, *args: object, **kwargs: object) -> Answer:
        chosen = request.GET.get("lang", "")
        if chosen not in dict(settings.LANGUAGES):
            return view(request, *args, **kwargs)
        translation.activate(chosen)
        response = view(request, *args, **kwargs)
        _remember(response, chosen)
        return response

    return speaking


def page_language() -> str:
    """The language of the page as the rest of the product names it: "en" or "zh"."""
    return "zh" if translation.get_language() == "zh-hans" else "en"


def _remember(response: HttpResponseBase, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.CSASSIST_HTTPS,
        samesite="Lax",
    )
