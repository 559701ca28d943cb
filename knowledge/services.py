"""
Writing documents: every change of a document's text, state or visibility happens here.

Each function is one transaction that also writes the audit record and, where answers are concerned, the index job.
Withdrawing takes effect with the commit: retrieval asks the database about every hit, so it never waits for an index.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from csassist.core.text import normalise
from csassist.core.verdicts import CheckNeeded, Verdict
from knowledge.index_jobs import request_indexing
from knowledge.lifecycle import EDITABLE, check_move
from knowledge.models import Collection, Document, DocumentVersion, Source, VersionKind, VersionState
from knowledge.question_files import check_question_lines
from knowledge.trust import check_approval

BODY_MOST_CHARACTERS = 5_000_000


@dataclass(frozen=True)
class VersionText:
    """What a person writes when writing a version."""

    title: str
    body: str
    language: str = "en"
    kind: str = VersionKind.ARTICLE
    questions: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    effective_from: datetime | None = None
    expires_at: datetime | None = None
    review_due: date | None = None
    note: str = ""
    parse_notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Place:
    """Where a document belongs."""

    collection: Collection
    source: Source | None = None
    slug: str = ""
    owner: User | None = None


@transaction.atomic
def create_document(*, place: Place, text: VersionText, author: User | None = None) -> Document:
    """A new document with version 1 as a draft. Raises InvalidInput naming what is missing."""
    checked = checked_text(text)
    document = Document.objects.create(
        collection=place.collection,
        source=place.source,
        slug=place.slug,
        owner=place.owner,
        title=checked.title,
        language=checked.language,
    )
    _add_version(document, checked, author)
    record("document.created", document, collection=place.collection.slug)
    return document


@transaction.atomic
def write_version(*, document: Document, text: VersionText, author: User | None = None) -> DocumentVersion:
    """A new draft beside what is published. Earlier drafts stay, so nothing anyone wrote is lost."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    version = _add_version(document, checked_text(text), author)
    record("document.version_written", document, version=version.number)
    return version


@transaction.atomic
def edit_draft(*, version: DocumentVersion, text: VersionText) -> DocumentVersion:
    """Change a draft in place. Raises Conflict when it is no longer one."""
    version = DocumentVersion.objects.select_for_update().get(pk=version.pk)
    if version.state not in EDITABLE:
        raise Conflict(
            _("This version is %(state)s and cannot be edited. Write a new version instead.")
            % {"state": version.get_state_display()}
        )
    _fill(version, checked_text(text))
    version.verdict, version.verdict_run, version.verdict_at = Verdict.NONE, None, None
    version.save()
    version.passages.all().delete()
    unstage(version=version)
    if version.number == _newest_number(version.document):
        _show_on_document(version)
    record("document.draft_edited", version.document, version=version.number)
    return version


@transaction.atomic
def submit_for_review(*, version: DocumentVersion) -> None:
    _move(version, VersionState.IN_REVIEW)
    record("document.submitted", version.document, version=version.number)


@transaction.atomic
def publish(*, version: DocumentVersion, publisher: User | None = None) -> None:
    """
    Decide that this version is the one. Answers use it as soon as both indexes hold it and it is in effect; until
    then they use the version before. Raises Conflict or InvalidInput when it cannot be published, ApprovalNeeded when
    its source is not trusted and no person is acting, CheckNeeded when golden questions guard the collection and have
    not passed with this text (`publication.request` sees to that).
    """
    document = (
        Document.objects.select_for_update(of=("self",))
        .select_related("source", "collection")
        .get(pk=version.document_id)
    )
    version = DocumentVersion.objects.select_for_update().get(pk=version.pk)
    if not version.body.strip():
        raise InvalidInput(_("“%(title)s” has no text yet, so there is nothing to publish.") % {"title": version.title})
    check_move(version.state, VersionState.PUBLISHED)
    check_approval(document)
    if document.collection.is_guarded and not version.may_be_published:
        raise CheckNeeded(
            _("“%(title)s” has to pass the golden questions of its collection first.") % {"title": version.title}
        )
    former = document.published_version
    version.state = VersionState.PUBLISHED
    version.published_at = timezone.now()
    version.published_by = publisher
    version.save(update_fields=["state", "published_at", "published_by"])
    document.published_version = version
    if document.candidate_version_id == version.pk:
        document.candidate_version = None
    document.title, document.language = version.title, version.language
    document.save()
    if former is not None and former.state == VersionState.PUBLISHED and former.pk != document.live_version_id:
        DocumentVersion.objects.filter(pk=former.pk).update(state=VersionState.SUPERSEDED)
    request_indexing(document.public_id)
    record("document.published", document, version=version.number)


@transaction.atomic
def stage(*, version: DocumentVersion) -> None:
    """Have both indexes hold this draft beside what is live, so that it can be tried. Answers do not use it."""
    document = Document.objects.select_for_update().get(pk=version.document_id)
    if document.candidate_version_id != version.pk:
        document.candidate_version = version
        document.save(update_fields=["candidate_version"])
    request_indexing(document.public_id)


@transaction.atomic
def unstage(*, version: DocumentVersion) -> None:
    """Take a draft that was staged out of the indexes again; nothing happens to one that was not."""
    staged = Document.objects.filter(pk=version.document_id, candidate_version=version)
    if staged.update(candidate_version=None):
        request_indexing(version.document.public_id)


@transaction.atomic
def withdraw(*, document: Document, state: VersionState = VersionState.ARCHIVED) -> None:
    """Take the document out of every answer, from the next question on. Its versions stay readable for staff."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    shown = [pk for pk in (document.published_version_id, document.live_version_id) if pk]
    if not shown:
        raise Conflict(_("“%(title)s” is not published.") % {"title": document.title})
    DocumentVersion.objects.filter(pk__in=shown, state=VersionState.PUBLISHED).update(state=state)
    document.versions.filter(verdict=Verdict.WAITING).update(verdict=Verdict.NONE, verdict_run=None)
    document.published_version = document.live_version = document.candidate_version = None
    document.save()
    request_indexing(document.public_id)
    record("document.withdrawn", document, state=str(state))


@transaction.atomic
def delete_document(*, document: Document) -> None:
    """Remove the document with all its versions. The index job stays and clears both indexes."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    record("document.deleted", document, versions=document.versions.count())
    originals = [version.original for version in document.versions.exclude(original="")]
    request_indexing(document.public_id)
    document.delete()
    for original in originals:
        transaction.on_commit(partial(original.delete, save=False))


@transaction.atomic
def expire_due(*, now: datetime) -> int:
    """Withdraw every document whose published version has run out; returns how many."""
    due = Document.objects.filter(published_version__expires_at__lte=now)
    for document in due:
        withdraw(document=document, state=VersionState.EXPIRED)
    return len(due)


def checked_text(text: VersionText) -> VersionText:
    """The same text, cleaned. Raises InvalidInput naming every field that has to change."""
    problems: dict[str, str] = {}
    title, body = normalise(text.title).strip()[:300], text.body.replace("\x00", "").replace("\r\n", "\n")
    if not title:
        problems["title"] = _("A document needs a title.")
    if len(body) > BODY_MOST_CHARACTERS:
        problems["body"] = _("The text is longer than %(most)d characters. Split it.") % {"most": BODY_MOST_CHARACTERS}
    if text.kind == VersionKind.QUESTIONS and (problem := check_question_lines(body)):
        problems["body"] = problem
    if text.expires_at and text.expires_at <= (text.effective_from or timezone.now()):
        problems["expires_at"] = _("It would expire before it comes into effect.")
    if problems:
        raise InvalidInput(" ".join(problems.values()), fields=problems)
    return VersionText(**{**text.__dict__, "title": title, "body": body})


def _add_version(document: Document, text: VersionText, author: User | None) -> DocumentVersion:
    version = DocumentVersion(document=document, number=_newest_number(document) + 1, created_by=author)
    _fill(version, text)
    version.save()
    _show_on_document(version)
    return version


def _fill(version: DocumentVersion, text: VersionText) -> None:
    for name in ("title", "body", "language", "kind", "effective_from", "expires_at", "review_due", "note"):
        setattr(version, name, getattr(text, name))
    version.questions, version.aliases = list(text.questions), list(text.aliases)
    version.parse_notes = list(text.parse_notes)


def _show_on_document(version: DocumentVersion) -> None:
    """
    A document that is not published is listed under the title of its newest version.

    One conditional update of these fields alone: the document in hand may be older than a publication.
    """
    Document.objects.filter(pk=version.document_id, published_version=None).update(
        title=version.title, language=version.language, updated_at=timezone.now()
    )


def _newest_number(document: Document) -> int:
    return int(document.versions.aggregate(newest=Max("number"))["newest"] or 0)


def _move(version: DocumentVersion, state: VersionState) -> None:
    fresh = DocumentVersion.objects.select_for_update().get(pk=version.pk)
    check_move(fresh.state, state)
    DocumentVersion.objects.filter(pk=version.pk).update(state=state)
