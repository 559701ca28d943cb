"""How far the assistant may go alone: one rule per topic and channel, with every change of it and why."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import User
from csassist.assistant.autonomy_watch import outcomes_of, set_level
from csassist.assistant.models import AutonomyRule
from csassist.assistant.reasons import STEP_REASONS, in_words
from csassist.audit.services import record

CHANGES_SHOWN = 20


@admin.register(AutonomyRule)
class AutonomyRuleAdmin(admin.ModelAdmin[AutonomyRule]):
    list_display = ["place", "level", "changed_at"]
    list_filter = ["level", "channel"]
    search_fields = ["topic"]
    readonly_fields = ["figures", "history"]
    fieldsets = [
        (None, {"fields": ["topic", "channel", "level"]}),
        (
            _("When quality falls"),
            {
                "fields": [
                    "looked_at_count",
                    "least_accepted_ratio",
                    "most_bad_ratings_ratio",
                    "most_reopened_ratio",
                    "figures",
                ],
                "description": _(
                    "Below these limits the level falls by one step by itself. It rises by your decision alone."
                ),
            },
        ),
        (_("Changes"), {"fields": ["history"]}),
    ]

    def save_model(self, request: HttpRequest, obj: AutonomyRule, form: ModelForm[AutonomyRule], change: bool) -> None:
        assert isinstance(request.user, User)  # noqa: S101 -- the admin site lets only staff in
        wanted = obj.level
        if change and "level" in form.changed_data:
            obj.level = form.initial["level"]  # the service makes the change, with its record
        super().save_model(request, obj, form, change)
        record("autonomy_rule.changed" if change else "autonomy_rule.created", obj, fields=list(form.changed_data))
        set_level(rule=obj, level=wanted, by=request.user)

    def delete_model(self, request: HttpRequest, obj: AutonomyRule) -> None:
        record("autonomy_rule.deleted", obj, level=str(obj.level))
        super().delete_model(request, obj)

    @admin.display(description=_("for"))
    def place(self, rule: AutonomyRule) -> str:
        parts = [rule.topic, rule.get_channel_display() if rule.channel else ""]
        return " · ".join(filter(None, parts)) or gettext("everything")

    @admin.display(description=_("since then"))
    def figures(self, rule: AutonomyRule) -> str:
        if rule._state.adding:
            return "-"
        outcomes = outcomes_of(rule)
        return gettext(
            "%(accepted)d of %(drafts)d drafts accepted · %(bad)d of %(ratings)d ratings bad · "
            "%(reopened)d of %(closed)d closed ones came back"
        ) % {
            "accepted": outcomes.accepted_count,
            "drafts": outcomes.drafts_count,
            "bad": outcomes.bad_ratings_count,
            "ratings": outcomes.ratings_count,
            "reopened": outcomes.reopened_count,
            "closed": outcomes.closed_count,
        }

    @admin.display(description=_("changes"))
    def history(self, rule: AutonomyRule) -> SafeString | str:
        if rule._state.adding:
            return "-"
        changes = rule.changes.select_related("by")[:CHANGES_SHOWN]
        rows: list[tuple[Any, ...]] = [
            (
                f"{one.at:%Y-%m-%d %H:%M}",
                one.from_level,
                one.to_level,
                str(one.by) if one.by else in_words(STEP_REASONS, one.reason),
            )
            for one in changes
        ]
        if not rows:
            return "-"
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} · {} → {} · {}</li>", rows))
