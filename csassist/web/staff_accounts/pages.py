"""
Accepting an invitation, asking for a new password, choosing one, changing it, and choosing notifications.

What a link in a mail opens only shows a form; only its POST acts. The answer to a request for a new password is the
same whoever has the address.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from csassist.accounts import alert_choices, invitations, passwords
from csassist.accounts.models import User
from csassist.core.errors import Conflict, NotFound
from csassist.delivery import signed_links, staff_letters
from csassist.web.languages import in_chosen_language
from csassist.web.staff_accounts.forms import (
    AcceptInvitationForm,
    AlertsForm,
    AskForResetForm,
    ChangePasswordForm,
    NewPasswordForm,
)

BACKEND = "csassist.accounts.backends.RoleBackend"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@form_page
@in_chosen_language
@sensitive_post_parameters()
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The form of an invited person; its POST makes them a member of staff and signs them in."""
    try:
        secret = signed_links.read(token, purpose=staff_letters.INVITATION)
        invitation = invitations.invitation_of(secret)
    except NotFound:
        return _link_is_over(request)
    somebody = User(email=invitation.email, username="", display_name=invitation.display_name)
    form = AcceptInvitationForm(somebody, request.POST or None, initial={"display_name": invitation.display_name})
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept(
                secret=secret,
                username=form.cleaned_data["username"],
                display_name=form.cleaned_data["display_name"],
                password=form.cleaned_data["new_password1"],
            )
        except NotFound:
            return _link_is_over(request)
        except Conflict as error:
            form.add_error("username", ValidationError(error.message))
        else:
            login(request, user, backend=BACKEND)
            return redirect("admin:index")
    return _door(request, "accept.html", title=_("Welcome"), form=form, invitation=invitation)


@never_cache
@form_page
@in_chosen_language
def ask_for_reset(request: HttpRequest) -> HttpResponse:
    form = AskForResetForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        staff_letters.send_password_reset(email=form.cleaned_data["email"])
        return redirect("password_reset_asked")
    return _door(request, "ask_for_reset.html", title=_("Forgotten your password?"), form=form)


@never_cache
@require_http_methods(["GET", "HEAD"])
@in_chosen_language
def reset_asked(request: HttpRequest) -> HttpResponse:
    return _door(request, "reset_asked.html", title=_("Look into your mailbox"))


@method_decorator([never_cache, in_chosen_language], name="dispatch")
class ChooseNewPassword(PasswordResetConfirmView):
    """Django's page behind the mailed link: it moves the token into the session, so that no address shows it."""

    form_class = NewPasswordForm
    template_name = "staff/choose_password.html"
    success_url = reverse_lazy("admin:login")
    title = ""

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        _set_password(form, how="reset")
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        messages.success(self.request, _("Your new password is set. Please log in with it."))
        return redirect(self.success_url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        title = _("Choose a new password") if self.validlink else _("This link does not work any more")
        return {**admin.site.each_context(self.request), **shown, "title": title}

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        status = 200 if self.validlink else 404
        return super().render_to_response(context, **{**response_kwargs, "status": status})


@never_cache
@form_page
@login_required
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    form = ChangePasswordForm(_signed_in(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        _set_password(form, how="changed")
        update_session_auth_hash(request, form.user)
        messages.success(request, _("Your password is changed. Everywhere else you are logged out."))
        return redirect("admin:index")
    return _desk(request, "change_password.html", title=_("Change password"), form=form)


@never_cache
@form_page
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    user = _signed_in(request)
    form = AlertsForm(request.POST if request.method == "POST" else {"kinds": sorted(alert_choices.wanted_kinds(user))})
    if request.method == "POST" and form.is_valid():
        alert_choices.choose(user=user, kinds=form.cleaned_data["kinds"])
        messages.success(request, _("Saved."))
        return redirect("staff_notifications")
    return _desk(request, "notifications.html", title=_("Notifications"), form=form, address=user.email)


def _set_password(form: "SetPasswordForm[User]", *, how: passwords.How) -> None:
    with transaction.atomic():
        passwords.set_password(user=form.user, password=form.cleaned_data["new_password1"], how=how)
        staff_letters.tell_password_was_set(user=form.user)


def _signed_in(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- login_required lets only staff in
    return request.user


def _link_is_over(request: HttpRequest) -> HttpResponse:
    return _door(request, "link_is_over.html", title=_("This link does not work any more"), status=404)


def _door(request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page like the log-in page, for somebody who is not signed in."""
    return render(
        request, f"staff/{template}", {**admin.site.each_context(request), "title": title, **context}, status=status
    )


def _desk(request: HttpRequest, template: str, *, title: str, **context: Any) -> HttpResponse:
    """A page inside the admin, for somebody who is."""
    return render(request, f"staff/{template}", {**admin.site.each_context(request), "title": title, **context})
