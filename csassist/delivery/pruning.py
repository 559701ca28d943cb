"""What the outbox forgets: whom it wrote to and what it said, long after everything was over."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from csassist.delivery.models import Delivery, StaffAlert, StoredMail
from csassist.delivery.moving import ERASED
from csassist.delivery.states import OVER


def prune() -> int:
    """
    Erase recipient and words of messages that were over CSASSIST_DELIVERY_KEEP_DAYS ago, and drop stored mails and
    settled alerts of that age; returns how many rows. The keys stay, so nothing old can be sent anew.
    """
    now = timezone.now()
    ago = now - timedelta(days=settings.CSASSIST_DELIVERY_KEEP_DAYS)
    old = Delivery.objects.filter(state__in=OVER, changed_at__lt=ago).exclude(recipient="")
    erased_count = old.update(recipient="", content_erased_at=now, **ERASED)
    mails_count, _ = StoredMail.objects.filter(arrived_at__lt=ago).delete()
    alerts_count, _ = StaffAlert.objects.filter(settled_at__lt=ago).delete()
    return erased_count + mails_count + alerts_count
