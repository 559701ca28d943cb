"""Staff users and API keys. A key's secret appears once, in the message after it was created."""

from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.forms import ReadOnlyPasswordHashField
from django.contrib.auth.password_validation import validate_password
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from csassist.accounts import services
from csassist.accounts.models import ApiKey, Holiday, OpeningHours, Team, User
from csassist.audit.services import record

Row = TypeVar("Row", bound=Model)


class UserForm(forms.ModelForm[User]):
    password = ReadOnlyPasswordHashField(label=_("Password"))
    new_password = forms.CharField(
        label=_("New password"), widget=forms.PasswordInput, required=False, help_text=_("Leave empty to keep it.")
    )

    class Meta:
        model = User
        fields = ["username", "display_name", "email", "role", "language", "is_active"]

    def clean_new_password(self) -> str:
        password = str(self.cleaned_data["new_password"])
        if password:
            validate_password(password, self.instance)
        elif self.instance.pk is None:
            raise forms.ValidationError(_("A new user needs a password."))
        return password


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    form = UserForm
    list_display = ["username", "display_name", "role", "language", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "display_name", "email"]

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool) -> None:
        if password := form.cleaned_data["new_password"]:
            obj.set_password(password)
        super().save_model(request, obj, form, change)
        record("user.changed" if change else "user.created", obj, role=obj.role, fields=list(form.changed_data))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # people leave, their record stays: switch `active` off


class Recorded(admin.ModelAdmin[Row]):
    """What is changed here is on the audit record."""

    subject: str

    def save_model(self, request: HttpRequest, obj: Row, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record(f"{self.subject}.changed" if change else f"{self.subject}.created", obj, fields=list(form.changed_data))

    def delete_model(self, request: HttpRequest, obj: Row) -> None:
        record(f"{self.subject}.deleted", obj)
        super().delete_model(request, obj)


class TeamForm(forms.ModelForm[Team]):
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=[("en", _("English")), ("zh", _("Chinese"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen means every language."),
    )

    class Meta:
        model = Team
        fields = ["name", "name_zh", "languages", "members", "order"]
        widgets = {"members": forms.CheckboxSelectMultiple}


@admin.register(Team)
class TeamAdmin(Recorded[Team]):
    form = TeamForm
    subject = "team"
    list_display = ["name", "name_zh", "languages", "order"]
    search_fields = ["name", "name_zh"]


@admin.register(OpeningHours)
class OpeningHoursAdmin(Recorded[OpeningHours]):
    subject = "opening_hours"
    list_display = ["weekday", "opens_at", "closes_at"]
    list_filter = ["weekday"]


@admin.register(Holiday)
class HolidayAdmin(Recorded[Holiday]):
    subject = "holiday"
    list_display = ["day", "name"]


class ApiKeyForm(forms.ModelForm[ApiKey]):
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=ApiKey.Scope.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ApiKey
        fields = ["name", "scopes"]


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin[ApiKey]):
    form = ApiKeyForm
    list_display = ["name", "prefix", "scopes", "created_by", "last_used_at", "revoked_at"]
    list_select_related = ["created_by"]
    actions = ["revoke"]

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)  # noqa: S101 -- the admin site lets only staff in
        issued = services.issue_api_key(name=obj.name, scopes=form.cleaned_data["scopes"], created_by=request.user)
        obj.pk = issued.key.pk
        self.message_user(
            request, _("Copy the key now, it is not shown again: %s") % issued.secret, level=messages.WARNING
        )

    @admin.action(description=_("Revoke the selected keys"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset:
            services.revoke_api_key(key=key)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False if obj else super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False  # the audit record names it: revoke it

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.delete_apikey")
