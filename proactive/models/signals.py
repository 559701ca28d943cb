"""Which of the company's own event names count as a signal that features are read off."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from proactive.features.definitions import SIGNAL_KEYS


def require_signal(key: str) -> None:
    if key not in SIGNAL_KEYS:
        raise ValidationError(
            _("There is no signal “%(key)s”. There are: %(keys)s."),
            params={"key": key, "keys": ", ".join(sorted(SIGNAL_KEYS))},
        )


class SignalName(models.Model):
    """
    That events of this name count as a signal, as "Order Completed" counts as `orders`.

    Changing one changes the feature set: trained versions were made for another one, and the scorecard stands in for
    them until they are trained again.
    """

    event_name = models.CharField(_("event name"), max_length=100, unique=True)
    signal = models.CharField(_("counts as"), max_length=40, validators=[require_signal])

    class Meta:
        ordering = ["event_name"]
        verbose_name = _("name of a signal")
        verbose_name_plural = _("names of signals")

    def __str__(self) -> str:
        return f"{self.event_name} → {self.signal}"
