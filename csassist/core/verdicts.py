"""
The verdict on a text that somebody wants to publish, stored beside the text.

Golden questions are asked above the apps that publish (in `assistant`), so those only store what they are waiting for
and what came of it: whoever asks the questions looks for texts that wait, and settles them.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from csassist.core.errors import Conflict

REASON_MOST_CHARACTERS = 300


class Verdict(models.TextChoices):
    NONE = "", _("Not asked")
    WAITING = "waiting", _("Golden questions are being asked")
    PASSED = "passed", _("Golden questions passed")
    REGRESSED = "regressed", _("Golden questions would be answered worse")
    INCONCLUSIVE = "inconclusive", _("Golden questions could not be asked")
    OVERRULED = "overruled", _("Published against the golden questions")


ALLOWS_PUBLICATION = frozenset({Verdict.PASSED, Verdict.OVERRULED})


class CheckNeeded(Conflict):
    """The golden questions have not passed with this text."""

    code = "golden_questions_needed"


class Judged(models.Model):
    """
    A text that waits for a verdict, or has one.

    `verdict_run` is the public id of the comparison that gave it. Who asked for the publication is kept, because it
    happens in their name once the verdict allows it.
    """

    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict.choices, default="", blank=True)
    verdict_run = models.UUIDField(null=True, editable=False)
    verdict_at = models.DateTimeField(null=True, editable=False)
    publication_requested_at = models.DateTimeField(null=True, editable=False)
    publication_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    overrule_reason = models.CharField(_("why it was published all the same"), max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def is_waiting_for_verdict(self) -> bool:
        return self.verdict == Verdict.WAITING

    @property
    def may_be_published(self) -> bool:
        return self.verdict in ALLOWS_PUBLICATION
