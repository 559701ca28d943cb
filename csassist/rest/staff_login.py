"""
Signing in to the admin site, the one place where a password is checked.

Guessing is limited by account and address together, so nobody can lock a colleague out from elsewhere, and by address
alone against trying one password on many accounts. Hashing a password is slow on purpose, so only as many are checked
at once as there are processors: a flood of tries must not slow the customers' answers.
"""

import os
import threading
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from csassist.core.errors import TooManyRequests
from csassist.rest.limits import Limit, client_address, forgive, spend

WINDOW_SECONDS = 900
OF_ACCOUNT_AND_ADDRESS = Limit("login_account", WINDOW_SECONDS, 5)
OF_ADDRESS = Limit("login_address", WINDOW_SECONDS, 30)
QUEUE_SECONDS = 2.0

_hashing = threading.BoundedSemaphore(os.cpu_count() or 1)


class StaffLoginForm(AdminAuthenticationForm):
    """Says the same for an unknown user, a wrong password and somebody switched off."""

    def clean(self) -> dict[str, Any]:
        if self.request is None or not self.data.get("username"):
            return super().clean() or {}
        address = client_address(self.request)
        account = f"{str(self.data['username']).casefold()}|{address}"
        try:
            spend([(OF_ACCOUNT_AND_ADDRESS, account), (OF_ADDRESS, address)])
        except TooManyRequests as error:
            minutes = -(-error.retry_after_seconds // 60)
            raise ValidationError(
                _("Too many tries. Please wait %(minutes)d minutes."), params={"minutes": minutes}, code="too_many"
            ) from error
        cleaned = self._check_in_turn()
        forgive(OF_ACCOUNT_AND_ADDRESS, account)
        return cleaned

    def _check_in_turn(self) -> dict[str, Any]:
        if not _hashing.acquire(timeout=QUEUE_SECONDS):
            raise ValidationError(_("Many people are signing in just now. Please try again."), code="busy")
        try:
            return super().clean() or {}
        finally:
            _hashing.release()
