"""
Collections, documents and their versions.

A document has at most one published version (what people decided) and at most one live version (what answers may
use). They differ only while the indexes catch up: the live one changes in a single write after both indexes hold the
new passages, and is cleared at once when a document is withdrawn.
"""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import PurePath
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.core.verdicts import Judged


class Audience(models.TextChoices):
    """Who may see a collection; each reader also sees what the readers before it see."""

    PUBLIC = "public", _("Everyone")
    CUSTOMERS = "customers", _("Signed-in customers")
    AGENTS = "agents", _("Staff only")


AUDIENCES_OF_READER: dict[Audience, tuple[Audience, ...]] = {
    Audience.PUBLIC: (Audience.PUBLIC,),
    Audience.CUSTOMERS: (Audience.PUBLIC, Audience.CUSTOMERS),
    Audience.AGENTS: (Audience.PUBLIC, Audience.CUSTOMERS, Audience.AGENTS),
}


class CollectionQuerySet(models.QuerySet["Collection"]):
    def visible_to(self, reader: Audience) -> Self:
        return self.filter(audience__in=AUDIENCES_OF_READER[reader])


class Collection(models.Model):
    """A shelf of documents with one audience: a brand, a product line, the staff handbook."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    audience = models.CharField(_("audience"), max_length=16, choices=Audience.choices, default=Audience.PUBLIC)
    # Kept by whoever keeps the golden questions: whether there are any for this collection.
    is_guarded = models.BooleanField(_("golden questions guard it"), default=False, editable=False)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("collection")
        verbose_name_plural = _("collections")

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """What was imported together: one upload of files, a folder, a page or a sitemap."""

    class Kind(models.TextChoices):
        UPLOAD = "upload", _("Uploaded files")
        FOLDER = "folder", _("Folder on the server")
        URL = "url", _("Web page")
        SITEMAP = "sitemap", _("Sitemap")
        API = "api", _("API")
        DEMO = "demo", _("Demo company")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Fetching")
        READY = "ready", _("Fetched")
        FAILED = "failed", _("Failed")
        ALARMED = "alarmed", _("Has shrunk")

    class Trust(models.TextChoices):
        TRUSTED = "trusted", _("Trusted")
        UNTRUSTED = "untrusted", _("Not trusted")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collection = models.ForeignKey(
        Collection, on_delete=models.PROTECT, related_name="sources", verbose_name=_("collection")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    location = models.CharField(_("location"), max_length=500, blank=True, help_text=_("Address or folder."))
    trust = models.CharField(_("trust"), max_length=16, choices=Trust.choices, default=Trust.TRUSTED)
    publish_when_read = models.BooleanField(_("publish as soon as read"), default=False)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING, editable=False)
    failure = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    found_count = models.PositiveIntegerField(_("found"), default=0, editable=False)
    missing_count = models.PositiveIntegerField(_("missing"), default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    fetched_at = models.DateTimeField(_("fetched"), null=True, editable=False)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.location or f"{self.get_kind_display()} {self.created_at:%Y-%m-%d %H:%M}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def answerable(self, now: datetime) -> Self:
        """Documents whose live version may be used in an answer at `now`."""
        return self.filter(
            Q(live_version__effective_from=None) | Q(live_version__effective_from__lte=now),
            Q(live_version__expires_at=None) | Q(live_version__expires_at__gt=now),
            live_version__isnull=False,
        )

    def being_indexed(self) -> Self:
        return self.filter(published_version__isnull=False).exclude(live_version=F("published_version"))

    def published_from_file(self) -> Self:
        """Documents whose published version was read from a file or page, not written by a person since."""
        return self.filter(published_version__isnull=False).exclude(published_version__original_digest="")

    def missing(self) -> Self:
        """Documents that were not found when their source was last fetched."""
        return self.filter(missing_since__isnull=False)

    def newest_in(self, states: Iterable[str]) -> Self:
        """Documents whose newest version is in one of these states."""
        return self.filter(pk__in=DocumentVersion.objects.newest().filter(state__in=states).values("document_id"))

    def newest_read(self, parse_states: Iterable[str]) -> Self:
        """Documents of whose newest version the reading is in one of these states."""
        wanted = DocumentVersion.objects.newest().filter(parse_state__in=parse_states)
        return self.filter(pk__in=wanted.values("document_id"))

    def review_due(self, by: date) -> Self:
        """Documents whose published version should have been looked at again by then."""
        return self.filter(published_version__review_due__lte=by)


class Document(models.Model):
    """One article or file under its own name, whatever version it is in."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    collection = models.ForeignKey(
        Collection, on_delete=models.PROTECT, related_name="documents", verbose_name=_("collection")
    )
    source = models.ForeignKey(
        Source,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="documents",
        verbose_name=_("source"),
    )
    slug = models.CharField(
        _("key"), max_length=200, blank=True, db_index=True, help_text=_("Stable name within its source.")
    )
    title = models.CharField(_("title"), max_length=300)
    language = models.CharField(_("language"), max_length=8, default="en")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="documents",
        verbose_name=_("owner"),
    )
    suggested_question = models.CharField(
        _("suggested question"), max_length=120, blank=True, help_text=_("Offered on the chat page to start with.")
    )
    published_version = models.OneToOneField(
        "DocumentVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    live_version = models.OneToOneField(
        "DocumentVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    # In both indexes beside what is live, for whoever tries it; no reader is ever answered from it.
    candidate_version = models.OneToOneField(
        "DocumentVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    missing_since = models.DateTimeField(_("not at its source any more since"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("publish_document", _("Can publish and withdraw documents"))]

    def __str__(self) -> str:
        return self.title


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")
    EXPIRED = "expired", _("Expired")
    ARCHIVED = "archived", _("Archived")


class VersionKind(models.TextChoices):
    ARTICLE = "article", _("Article")
    QUESTIONS = "qa", _("Questions and answers")


def server_made_name(version: "DocumentVersion", filename: str) -> str:
    """Where an original is kept: never under a name that came from outside."""
    suffix = PurePath(filename).suffix.lower()[:8]
    return f"originals/{uuid.uuid4().hex}{suffix if suffix[1:].isalnum() else ''}"


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    def newest(self) -> Self:
        """Only the newest version of each document."""
        later = DocumentVersion.objects.filter(document=OuterRef("document"), number__gt=OuterRef("number"))
        return self.filter(~Exists(later))

    def without_text(self) -> Self:
        """For lists: a body may have millions of characters."""
        return self.defer("body", "questions", "aliases")


class DocumentVersion(Judged):
    """
    One state of a document's text. Once published it never changes; an edit is a new version.

    `body` is Markdown for an article, and one JSON object a line ({"question", "answer", "aliases"}) for questions
    and answers.
    """

    class Parse(models.TextChoices):
        NOT_NEEDED = "none", _("Typed in")
        WAITING = "waiting", _("Waiting to be read")
        RUNNING = "running", _("Being read")
        DONE = "done", _("Read")
        FAILED = "failed", _("Could not be read")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=16, choices=VersionState.choices, default=VersionState.DRAFT)
    kind = models.CharField(_("kind"), max_length=16, choices=VersionKind.choices, default=VersionKind.ARTICLE)
    title = models.CharField(_("title"), max_length=300)
    language = models.CharField(_("language"), max_length=8, default="en")
    body = models.TextField(_("text"), blank=True)
    questions = models.JSONField(_("questions it answers"), default=list, blank=True)
    aliases = models.JSONField(_("other names"), default=list, blank=True)
    effective_from = models.DateTimeField(_("in effect from"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    review_due = models.DateField(_("review due"), null=True, blank=True)
    note = models.CharField(_("what changed"), max_length=300, blank=True)

    original = models.FileField(upload_to=server_made_name, blank=True, editable=False)
    original_name = models.CharField(_("file"), max_length=255, blank=True, editable=False)
    original_digest = models.CharField(max_length=64, blank=True, editable=False)
    publish_when_read = models.BooleanField(_("publish as soon as read"), default=False)
    parse_state = models.CharField(
        _("reading"), max_length=16, choices=Parse.choices, default=Parse.NOT_NEEDED, editable=False
    )
    parse_failure_code = models.CharField(max_length=32, blank=True, editable=False)
    parse_failure_facts = models.JSONField(default=dict, blank=True, editable=False)
    parse_notes = models.JSONField(_("remarks"), default=list, blank=True, editable=False)
    parse_attempts_count = models.PositiveSmallIntegerField(default=0, editable=False)
    parse_lease_until = models.DateTimeField(null=True, editable=False)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="version_number_once"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(effective_from=None) | Q(expires_at__gt=F("effective_from")),
                name="version_expires_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["parse_state", "parse_lease_until"], name="version_parse_due"),
            models.Index(fields=["state", "expires_at"], name="version_expiry_due"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"
