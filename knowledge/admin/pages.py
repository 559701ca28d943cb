"""What every knowledge page needs: its frame, its permission, and a badge that is never colour alone."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from csassist.accounts.staff_pages import (
    by_pk,
    live_region_of,
    not_found,
    require,
    require_post,
    staff,
    staff_page,
    tell_error,
)
from knowledge.standing import Standing

__all__ = [
    "KnowledgePages",
    "badge",
    "by_pk",
    "live_region",
    "live_region_of",
    "not_found",
    "page",
    "require",
    "require_post",
    "staff",
    "tell_error",
]


class KnowledgePages:
    """The style sheet of these pages."""

    class Media:
        css = {"all": ["knowledge/admin.css"]}


def page(
    model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, template: str, *, title: str, **context: Any
) -> TemplateResponse:
    """A page of the admin site about this model."""
    return staff_page(model_admin, request, f"admin/knowledge/{template}", title=title, **context)


def live_region(request: HttpRequest, template: str, context: dict[str, Any], *, is_done: bool) -> JsonResponse:
    """What `live.js` puts in the place of a live region; it asks again until `done`."""
    return live_region_of(request, f"admin/knowledge/{template}", context, is_done=is_done)


def badge(standing: Standing) -> SafeString:
    """Where something stands, as a coloured word with its reason beside it."""
    word = format_html('<span class="badge badge-{}">{}</span>', standing.tone, standing.text)
    if not standing.detail:
        return word
    return format_html('{} <span class="badge-detail">{}</span>', word, standing.detail)
