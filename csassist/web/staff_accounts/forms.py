"""The forms of these pages. They check what was typed; the pages call the services."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from csassist.accounts.models import AlertKind, User
from csassist.core.errors import TooManyRequests
from csassist.rest.limits import Limit, client_address, spend

WINDOW_SECONDS = 3_600
RESETS_OF_ACCOUNT = Limit("password_reset_account", WINDOW_SECONDS, 3)
RESETS_OF_ADDRESS = Limit("password_reset_address", WINDOW_SECONDS, 20)
OLD_PASSWORD_TRIES = Limit("old_password", 900, 5)


class AskForResetForm(forms.Form):
    """Counts the tries of one mail address and of one network address before anybody looks who works here."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        refuse_too_many([(RESETS_OF_ACCOUNT, email.casefold()), (RESETS_OF_ADDRESS, client_address(self._request))])
        return email


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A password, twice. Django's own, with the words of this product."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["new_password1"].label = gettext_lazy("New password")
        self.fields["new_password1"].help_text = gettext_lazy(
            "At least 12 characters; a few words are easy to remember."
        )
        self.fields["new_password2"].label = gettext_lazy("New password again")
        self.fields["new_password2"].help_text = ""
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True


class ChangePasswordForm(NewPasswordForm):
    """The same for somebody signed in, who proves that the session is theirs."""

    old_password = forms.CharField(
        label=gettext_lazy("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old_password", "new_password1", "new_password2"]

    def clean_old_password(self) -> str:
        refuse_too_many([(OLD_PASSWORD_TRIES, str(self.user.pk))])
        if not self.user.check_password(self.cleaned_data["old_password"]):
            raise ValidationError(_("This is not your present password."), code="wrong")
        return str(self.cleaned_data["old_password"])


class AcceptInvitationForm(NewPasswordForm):
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        validators=User._meta.get_field("username").validators,
    )
    display_name = forms.CharField(
        label=gettext_lazy("Name shown to customers"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["username", "display_name", "new_password1", "new_password2"]

    def clean_username(self) -> str:
        username = " ".join(str(self.cleaned_data["username"]).split())
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("This user name is taken. Please choose another."), code="taken")
        return username


class AlertsForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Tell me when"),
        choices=AlertKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def refuse_too_many(uses: list[tuple[Limit, str]]) -> None:
    """Count a try. Raises ValidationError, saying how long to wait, when there were too many."""
    try:
        spend(uses)
    except TooManyRequests as error:
        minutes = -(-error.retry_after_seconds // 60)
        message = _("Too many tries. Please wait %(minutes)d minutes.")
        raise ValidationError(message, params={"minutes": minutes}, code="too_many") from error
