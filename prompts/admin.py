"""
Prompts for operators: read, compare, write, publish, go back.

Published texts are read-only. Every decision has its own page that shows what would change and asks once more; the
pages call the services and nothing else, so the API and the admin follow the same rules.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import User
from csassist.core.errors import AppError
from prompts import publication, services
from prompts.models import Prompt, PromptVersion
from prompts.selectors import diff, preview, published_version

RECENT_VERSIONS = 20
DecideView = Callable[..., HttpResponse]


class PromptPages:
    class Media:
        css = {"all": ["prompts/admin.css"]}


@admin.register(Prompt)
class PromptAdmin(PromptPages, admin.ModelAdmin[Prompt]):
    list_display = ["title", "name", "published_number", "published_on", "drafts"]
    search_fields = ["name", "title", "purpose", "versions__public_id"]
    fields = ["title", "name", "purpose"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prompt]:
        return Prompt.objects.with_published()

    @admin.display(description=_("published version"), ordering="published_number")
    def published_number(self, prompt: Any) -> int | None:
        return prompt.published_number  # type: ignore[no-any-return]  # annotated

    @admin.display(description=_("since"), ordering="published_on")
    def published_on(self, prompt: Any) -> Any:
        return prompt.published_on

    @admin.display(description=_("drafts"), ordering="drafts_count")
    def drafts(self, prompt: Any) -> int:
        return prompt.drafts_count  # type: ignore[no-any-return]  # annotated

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        prompt = _prompt_from(object_id)
        versions = PromptVersion.objects.filter(prompt=prompt).select_related("created_by", "published_by")
        context = {
            "versions": versions[:RECENT_VERSIONS],
            "published": published_version(prompt) if prompt else None,
            "may_write": request.user.has_perm("prompts.add_promptversion"),
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a prompt exists because code renders it

    def has_change_permission(self, request: HttpRequest, obj: Prompt | None = None) -> bool:
        return False  # its texts change, by versions

    def has_delete_permission(self, request: HttpRequest, obj: Prompt | None = None) -> bool:
        return False


class VersionForm(forms.ModelForm[PromptVersion]):
    """Names every unknown and missing variable, and every secret, beside the text."""

    class Meta:
        model = PromptVersion
        fields = ["prompt", "text", "note"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 30, "class": "prompt-text", "spellcheck": "true"}),
            "note": forms.TextInput(attrs={"class": "prompt-wide"}),
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        prompt = cleaned.get("prompt") or (self.instance.prompt if self.instance.pk else None)
        if prompt is not None and "text" in cleaned:
            try:
                services.check_text(prompt, cleaned["text"])
            except services.PromptRefused as refusal:
                self.add_error("text", list(refusal.reasons))
        return cleaned


@admin.register(PromptVersion)
class PromptVersionAdmin(PromptPages, admin.ModelAdmin[PromptVersion]):
    form = VersionForm
    list_display = ["name", "badge", "note", "created_by", "created_at", "published_by", "published_at"]
    list_filter = ["prompt", "state"]
    list_select_related = ["prompt", "created_by", "published_by"]
    search_fields = ["public_id", "text", "note"]
    list_per_page = 50

    @admin.display(description=_("version"), ordering="number")
    def name(self, version: PromptVersion) -> str:
        return f"{version.prompt.title} {version.number}"

    @admin.display(description=_("state"), ordering="state")
    def badge(self, version: PromptVersion) -> SafeString:
        return format_html('<span class="prompt-badge {}">{}</span>', version.state, version.get_state_display())

    @admin.display(description=_("with sample values"))
    def filled_in(self, version: PromptVersion) -> SafeString:
        return format_html('<pre class="prompt-preview">{}</pre>', preview(version.prompt, version.text))

    def get_fields(self, request: HttpRequest, obj: PromptVersion | None = None) -> Any:
        if obj is None:
            return ["prompt", "text", "note"]
        published = [] if obj.is_draft else ["published_by", "published_at"]
        return ["prompt", "badge", "created_by", "created_at", *published, "text", "note", "filled_in"]

    def get_readonly_fields(self, request: HttpRequest, obj: PromptVersion | None = None) -> list[str]:
        fixed = ["badge", "created_by", "created_at", "published_by", "published_at", "filled_in"]
        return fixed if obj is None else ["prompt", *fixed]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version begins as a copy of the version named in the address, or of the published one."""
        source = _version_from(request.GET.get("based_on", ""))
        prompt = source.prompt if source else _prompt_from(request.GET.get("prompt", ""))
        source = source or (published_version(prompt) if prompt else None)
        return {"prompt": prompt.pk if prompt else None, "text": source.text if source else ""}

    def save_model(self, request: HttpRequest, obj: PromptVersion, form: Any, change: bool) -> None:
        text, note = form.cleaned_data["text"], form.cleaned_data["note"]
        if change:
            services.edit_draft(version=obj, text=text, note=note)
            return
        based_on = _version_from(request.GET.get("based_on", "")) or published_version(obj.prompt)
        version = services.draft_version(
            prompt=obj.prompt, text=text, note=note, author=_user(request), based_on=based_on
        )
        obj.pk, obj.number = version.pk, version.number

    def delete_model(self, request: HttpRequest, obj: PromptVersion) -> None:
        services.discard_draft(version=obj)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: PromptVersion | None = None,
    ) -> HttpResponse:
        """Puts the variables of the prompt beside its text while somebody may write."""
        if obj is None:
            context["edited_prompt"] = _prompt_from(str(context["adminform"].form["prompt"].value() or ""))
        elif obj.is_draft:
            context["edited_prompt"] = obj.prompt
        return super().render_change_form(request, context, add, change, form_url, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except AppError as error:  # somebody published or discarded the draft meanwhile
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:prompts_promptversion_changelist"))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", wrap(self.publish_view), name="prompts_promptversion_publish"),
            path("<int:pk>/roll-back/", wrap(self.roll_back_view), name="prompts_promptversion_roll_back"),
            path("<int:pk>/difference/", wrap(self.difference_view), name="prompts_promptversion_difference"),
            *super().get_urls(),
        ]

    def difference_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What this version would change in the published text."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        version = get_object_or_404(PromptVersion.objects.select_related("prompt"), pk=pk)
        return self._compare(request, version, title=gettext("Difference"), button="")

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Shows what changes; publishes on POST."""
        return self._decide(
            request,
            pk,
            act=lambda version, seen: publication.request(
                version=version, publisher=_user(request), instead_of_number=seen
            ),
            title=gettext("Publish this version?"),
            button=gettext("Publish for all answers"),
        )

    def roll_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Shows what changes; publishes a copy of an earlier version on POST."""
        return self._decide(
            request,
            pk,
            act=lambda version, seen: services.roll_back(
                to_version=version, publisher=_user(request), instead_of_number=seen
            ),
            title=gettext("Go back to this version?"),
            button=gettext("Publish this text again"),
        )

    def _decide(
        self,
        request: HttpRequest,
        pk: int,
        *,
        act: Callable[[PromptVersion, int], PromptVersion],
        title: str,
        button: str,
    ) -> HttpResponse:
        if not request.user.has_perm("prompts.change_promptversion"):
            raise PermissionDenied
        version = get_object_or_404(PromptVersion.objects.select_related("prompt"), pk=pk)
        if request.method != "POST":
            return self._compare(request, version, title=title, button=button)
        try:
            now_published = act(version, _number_from(request.POST.get("instead_of_number", "")))
        except AppError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(request.path)
        if now_published.is_draft:
            self.message_user(request, gettext("The golden questions are being asked with it first."), messages.INFO)
            return HttpResponseRedirect(reverse("admin:assistant_verdict", args=["prompt", now_published.public_id]))
        self.message_user(
            request,
            gettext("Version %(number)s of “%(prompt)s” is now used for all answers.")
            % {"number": now_published.number, "prompt": version.prompt.title},
            messages.SUCCESS,
        )
        return HttpResponseRedirect(reverse("admin:prompts_prompt_change", args=[version.prompt_id]))

    def _compare(self, request: HttpRequest, version: PromptVersion, *, title: str, button: str) -> HttpResponse:
        published = published_version(version.prompt)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": title,
            "button": button,
            "version": version,
            "published": published,
            "lines": diff(published.text if published else "", version.text),
            "filled_in": preview(version.prompt, version.text),
        }
        return TemplateResponse(request, "admin/prompts/promptversion/compare.html", context)

    def has_change_permission(self, request: HttpRequest, obj: PromptVersion | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_draft)

    def has_delete_permission(self, request: HttpRequest, obj: PromptVersion | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj is not None and obj.is_draft


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- the admin site lets only staff in
    return request.user


def _number_from(raw: str) -> int:
    return int(raw) if raw.isdecimal() else 0


def _prompt_from(raw: str) -> Prompt | None:
    return Prompt.objects.filter(pk=int(raw)).first() if raw.isdecimal() else None


def _version_from(raw: str) -> PromptVersion | None:
    versions = PromptVersion.objects.select_related("prompt")
    return versions.filter(pk=int(raw)).first() if raw.isdecimal() else None
