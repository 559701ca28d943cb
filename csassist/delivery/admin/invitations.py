"""Inviting colleagues by e-mail; in this app because the mail goes through the outbox."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from csassist.accounts.invitations import Invitee, check_invitable
from csassist.accounts.models import Invitation, User
from csassist.core.errors import AppError
from csassist.delivery import staff_letters


class InvitationForm(forms.ModelForm[Invitation]):
    class Meta:
        model = Invitation
        fields = ["email", "role", "display_name", "language"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                check_invitable(_invitee(cleaned))
            except AppError as error:
                raise ValidationError({"email": error.message}) from error
        return cleaned


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin[Invitation]):
    form = InvitationForm
    list_display = ["email", "role", "state", "mails_count", "invited_by", "created_at", "expires_at"]
    list_select_related = ["invited_by"]
    search_fields = ["email", "display_name"]
    actions = ["send_again", "revoke"]

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)  # noqa: S101 -- the admin site lets only staff in
        invitation = staff_letters.invite(invitee=_invitee(form.cleaned_data), invited_by=request.user)
        obj.pk, obj.public_id = invitation.pk, invitation.public_id

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        buttons = {"show_save_and_continue": False, "show_save_and_add_another": False}
        try:
            return super().changeform_view(request, object_id, form_url, buttons | (extra_context or {}))
        except AppError as error:  # somebody else invited them since the form was checked
            self.message_user(request, error.message, level=messages.ERROR)
            return HttpResponseRedirect(reverse("admin:accounts_invitation_changelist"))

    @admin.display(description=_("state"))
    def state(self, invitation: Invitation) -> SafeString:
        tone, words = _standing(invitation)
        return format_html('<span class="badge badge-{}">{}</span>', tone, words)

    @admin.action(description=_("Send again with a new link"), permissions=["change_invitations"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        self._each(request, queryset, lambda one: staff_letters.invite_again(invitation=one), _("Sent again."))

    @admin.action(description=_("Revoke the selected invitations"), permissions=["change_invitations"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        self._each(request, queryset, lambda one: staff_letters.revoke_invitation(invitation=one), _("Revoked."))

    def _each(self, request: HttpRequest, queryset: QuerySet[Invitation], act: Any, done: Any) -> None:
        for invitation in queryset:
            try:
                act(invitation)
            except AppError as error:
                self.message_user(request, f"{invitation}: {error.message}", level=messages.ERROR)
            else:
                self.message_user(request, f"{invitation}: {done}", level=messages.SUCCESS)

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False if obj else super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False  # the audit record names it: revoke it

    def has_change_invitations_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_invitation")


def _invitee(cleaned: dict[str, Any]) -> Invitee:
    return Invitee(**{name: cleaned[name] for name in ("email", "role", "display_name", "language")})


def _standing(invitation: Invitation) -> tuple[str, Any]:
    if invitation.accepted_at:
        return "good", _("Accepted")
    if invitation.revoked_at:
        return "neutral", _("Revoked")
    if invitation.expires_at <= timezone.now():
        return "warning", _("Expired")
    return "info", _("Waiting for an answer")
