"""What staff share: tags and saved replies; and what customers said about how it went."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from csassist.audit.services import record
from csassist.conversations.admin.readonly import ReadOnlyAdmin, conversation_link
from csassist.conversations.models import Macro, Survey, Tag


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    list_display = ["name"]
    search_fields = ["name"]


@admin.register(Macro)
class MacroAdmin(admin.ModelAdmin[Macro]):
    list_display = ["title", "language", "tag", "closes", "is_active"]
    list_filter = ["language", "is_active"]
    search_fields = ["title", "text"]

    def save_model(self, request: HttpRequest, obj: Macro, form: ModelForm[Macro], change: Any) -> None:
        super().save_model(request, obj, form, change)
        record("macro.changed" if change else "macro.created", obj, fields=list(form.changed_data))


@admin.register(Survey)
class SurveyAdmin(ReadOnlyAdmin[Survey]):
    list_display = ["asked_at", "score", "resolved", "comment", "agent", "conversation_page"]
    list_filter = ["score", "resolved", "asked_at"]
    list_select_related = ["agent", "episode__conversation"]
    search_fields = ["comment"]
    fields = ["score", "resolved", "comment", "agent", "team", "conversation_page", "asked_at", "answered_at"]
    readonly_fields = ["conversation_page"]

    @admin.display(description=_("conversation"))
    def conversation_page(self, survey: Survey) -> SafeString:
        return conversation_link(survey.episode.conversation)
