"""What every knowledge page needs: its frame, its permission, and a badge that is never colour alone."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.core.errors import AppError
from knowledge.standing import Standing


class KnowledgePages:
    """The style sheet of these pages."""

    class Media:
        css = {"all": ["knowledge/admin.css"]}


def page(
    model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, template: str, *, title: str, **context: Any
) -> TemplateResponse:
    """A page of the admin site about this model."""
    frame = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "media": model_admin.media,
        "title": title,
    }
    return TemplateResponse(request, f"admin/knowledge/{template}", {**frame, **context})


def live_region(request: HttpRequest, template: str, context: dict[str, Any], *, is_done: bool) -> JsonResponse:
    """What `live.js` puts in the place of a live region; it asks again until `done`."""
    return live_region_of(request, f"admin/knowledge/{template}", context, is_done=is_done)


def live_region_of(request: HttpRequest, template: str, context: dict[str, Any], *, is_done: bool) -> JsonResponse:
    """The same of a template of another app."""
    html = render_to_string(template, context, request=request)
    return JsonResponse({"html": html, "done": is_done}, headers={"Cache-Control": "no-store"})


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless the user's role holds it."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def require_post(request: HttpRequest) -> None:
    if request.method != "POST":
        raise PermissionDenied


def badge(standing: Standing) -> SafeString:
    """Where something stands, as a coloured word with its reason beside it."""
    word = format_html('<span class="badge badge-{}">{}</span>', standing.tone, standing.text)
    if not standing.detail:
        return word
    return format_html('{} <span class="badge-detail">{}</span>', word, standing.detail)


def staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the admin site lets only staff in
    return request.user


def tell_error(request: HttpRequest, error: AppError) -> None:
    messages.error(request, error.message)


def not_found(model_admin: "admin.ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """Back to the list with a word of explanation, as Django does it: somebody may just have deleted the row."""
    name = model_admin.opts.verbose_name
    messages.warning(request, _("This %(name)s does not exist. It may have been deleted.") % {"name": name})
    return HttpResponseRedirect(reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist"))


def by_pk(model: type[Model], object_id: str) -> Any:
    """The row with this key, or None, also for a key that is no number."""
    return model._default_manager.filter(pk=object_id).first() if object_id.isdecimal() else None
