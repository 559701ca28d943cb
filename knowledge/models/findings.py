"""
What the checks of the articles found, and how far they have come.

A finding is known by what it says (`key`: its kind, its documents and the words quoted): found again it is the same
row, so that what a person dismissed stays dismissed until the text changes.
"""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.models.documents import Document, DocumentVersion


class FindingQuerySet(models.QuerySet["Finding"]):
    def open(self) -> Self:
        return self.filter(state=Finding.State.OPEN)

    def about(self, document: Document) -> Self:
        return self.filter(Q(document=document) | Q(other_document=document))


class Finding(models.Model):
    """
    One thing that is wrong with one or two documents.

    `evidence` holds the facts by kind, and under "quotes" what stands where: document, version, heading, the words,
    their place in the passage, and the parts of them that matter.
    """

    class Kind(models.TextChoices):
        CONTRADICTION = "contradiction", _("Contradiction")
        NEAR_DUPLICATE = "near_duplicate", _("Near-duplicate")
        STALE = "stale", _("Out of date")
        UNUSED = "unused", _("Never used")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DISMISSED = "dismissed", _("Dismissed")
        RESOLVED = "resolved", _("Resolved")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=64, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.OPEN)
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="findings", verbose_name=_("document")
    )
    version = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="+")
    other_document = models.ForeignKey(
        Document, null=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("other document")
    )
    other_version = models.ForeignKey(DocumentVersion, null=True, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField(_("certainty"), default=1.0)
    evidence = models.JSONField(_("evidence"), default=dict)
    first_seen = models.DateTimeField(_("first seen"), default=timezone.now, editable=False)
    last_seen = models.DateTimeField(_("last seen"), default=timezone.now, editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, editable=False)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    dismissed_at = models.DateTimeField(_("dismissed"), null=True, editable=False)
    dismiss_reason = models.CharField(_("why it is no fault"), max_length=300, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "-first_seen", "pk"]
        verbose_name = _("finding")
        verbose_name_plural = _("knowledge health")
        indexes = [models.Index(fields=["state", "kind"], name="finding_state_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.document}"


class DocumentCheckQuerySet(models.QuerySet["DocumentCheck"]):
    def outdated(self, rules: int, now: datetime) -> Self:
        """Documents whose live version is not the one that was compared, or by older rules; not those in work."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        is_gone = Q(version__isnull=False, document__live_version=None)
        is_new = Q(version=None, document__live_version__isnull=False)
        is_other = Q(version__isnull=False) & ~Q(document__live_version=F("version"))
        is_older = Q(document__live_version__isnull=False) & ~Q(rules=rules)
        return self.filter(free, is_gone | is_new | is_other | is_older)

    def not_scanned_since(self, now: datetime) -> Self:
        """Documents in answers whose age and use were last looked at before then."""
        due = Q(scanned_at=None) | Q(scanned_at__lt=now)
        return self.filter(due, document__live_version__isnull=False)


class DocumentCheck(models.Model):
    """How far one document was checked: which of its versions was compared with the others, and by which rules."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="check_state")
    version = models.ForeignKey(DocumentVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    rules = models.PositiveSmallIntegerField(default=0)
    compared_at = models.DateTimeField(null=True)
    scanned_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    objects = DocumentCheckQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("check of a document")
        verbose_name_plural = _("checks of documents")

    def __str__(self) -> str:
        return f"{self.document_id} v{self.version_id}"
