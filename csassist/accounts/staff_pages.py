"""What the pages of the admin site need that are not Django's own: their frame, their permission, who is asking."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.core.errors import AppError


def staff_page(
    model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, template: str, *, title: str, **context: Any
) -> TemplateResponse:
    """A page of the admin site about this model; `template` is its whole name."""
    frame = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "media": model_admin.media,
        "title": title,
    }
    return TemplateResponse(request, template, {**frame, **context})


def live_region_of(request: HttpRequest, template: str, context: dict[str, Any], *, is_done: bool) -> JsonResponse:
    """What `live.js` puts in the place of a live region; it asks again until `done`."""
    html = render_to_string(template, context, request=request)
    return JsonResponse({"html": html, "done": is_done}, headers={"Cache-Control": "no-store"})


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless the user's role holds it."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def require_post(request: HttpRequest) -> None:
    if request.method != "POST":
        raise PermissionDenied


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
