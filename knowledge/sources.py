"""
Importing what belongs together: uploaded files, a folder, a web page, the pages of a sitemap.

A source is fetched by the worker under a lease. Each file or page becomes a document of that source under a stable
key, so that fetching again writes new versions of the same documents instead of copies, and only where the content
has changed.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import AppError, Conflict, InvalidInput
from csassist.core.logs import emit
from knowledge import crawling
from knowledge.models import Collection, Document, DocumentVersion, Source
from knowledge.shrinking import settle
from knowledge.trust import usual_trust
from knowledge.upload_rules import shown_name, stable_key

LEASE = timedelta(minutes=5)
MOST_FILES_AN_UPLOAD = 200
Parse = DocumentVersion.Parse


@dataclass(frozen=True)
class IncomingFile:
    """A file as it arrived; `key` names it within its source."""

    key: str
    name: str
    content: bytes


@transaction.atomic
def upload_files(
    *,
    collection: Collection,
    files: Sequence[IncomingFile],
    publish_when_read: bool,
    author: User | None,
    trust: str = Source.Trust.TRUSTED,
) -> Source:
    """Store the files for the worker to read. Raises InvalidInput when there are none or too many."""
    if not files:
        raise InvalidInput(_("Choose at least one file."))
    if len(files) > MOST_FILES_AN_UPLOAD:
        raise InvalidInput(_("At most %(most)d files at once.") % {"most": MOST_FILES_AN_UPLOAD})
    source = Source.objects.create(
        collection=collection,
        kind=Source.Kind.UPLOAD,
        publish_when_read=publish_when_read,
        state=Source.State.READY,
        found_count=len(files),
        created_by=author,
        trust=trust,
        location=", ".join(shown_name(file.name) for file in files)[:500],
        fetched_at=timezone.now(),
    )
    for file in files:
        take_file(source=source, file=file)
    record("source.uploaded", source, files=len(files), trust=str(trust))
    transaction.on_commit(_hint_reading)
    return source


@transaction.atomic
def add_source(
    *,
    collection: Collection,
    kind: str,
    location: str,
    publish_when_read: bool,
    author: User | None,
    trust: str | None = None,
) -> Source:
    """
    A folder, page or sitemap for the worker to fetch; `trust` None is what is usual for its kind.

    Raises InvalidInput without a location.
    """
    if not location.strip():
        raise InvalidInput(_("Name the address or the folder."))
    source = Source.objects.create(
        collection=collection,
        kind=kind,
        location=location.strip(),
        trust=trust or usual_trust(kind),
        publish_when_read=publish_when_read,
        created_by=author,
    )
    record("source.added", source, kind=kind, trust=str(source.trust))
    transaction.on_commit(_hint_fetching)
    return source


@transaction.atomic
def fetch_again(*, source: Source) -> None:
    """Put it back in the queue. Raises Conflict while it is being fetched."""
    idle = Source.objects.filter(pk=source.pk).exclude(state=Source.State.RUNNING, lease_until__gt=timezone.now())
    if not idle.update(state=Source.State.WAITING, failure="", lease_until=None):
        raise Conflict(_("It is being fetched already."))
    record("source.fetch_requested", source)
    transaction.on_commit(_hint_fetching)


@transaction.atomic
def take_file(*, source: Source, file: IncomingFile) -> DocumentVersion | None:
    """
    A new version for the worker to read from this file; None when the newest file of its document has the same bytes,
    also when a person has edited the text since.
    """
    key, name = stable_key(file.key), shown_name(file.name)
    if not Source.objects.filter(pk=source.pk).exists():
        raise Conflict(_("This source has been deleted."))
    document = Document.objects.select_for_update().filter(source=source, slug=key).first()
    digest = hashlib.sha256(file.content).hexdigest()
    if document is not None:
        newest = document.versions.exclude(original_digest="").order_by("-number").first()
        if newest is not None and newest.original_digest == digest and newest.parse_state != Parse.FAILED:
            return None
    else:
        document = Document.objects.create(
            collection=source.collection,
            source=source,
            slug=key,
            owner=source.created_by,
            title=PurePath(name).stem[:300] or name[:300],
        )
    number = int(document.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1
    version = DocumentVersion(
        document=document,
        number=number,
        title=document.title,
        language=document.language,
        original_name=name[-255:],
        original_digest=digest,
        publish_when_read=source.publish_when_read,
        parse_state=Parse.WAITING,
        created_by=source.created_by,
    )
    version.original.save(name, ContentFile(file.content), save=False)
    version.save()
    return version


def fetch_due(*, most: int = 3) -> int:
    """Fetch up to `most` waiting sources; returns how many were taken."""
    now = timezone.now()
    waiting = Q(state=Source.State.WAITING) | Q(state=Source.State.RUNNING, lease_until__lt=now)
    taken = 0
    for pk in Source.objects.filter(waiting).order_by("pk").values_list("pk", flat=True)[:most]:
        if Source.objects.filter(waiting, pk=pk).update(state=Source.State.RUNNING, lease_until=now + LEASE):
            _fetch(Source.objects.select_related("collection", "created_by").get(pk=pk))
            taken += 1
    return taken


def _fetch(source: Source) -> None:
    """Take in everything the source offers. What arrived before a failure is kept."""
    keys: set[str] = set()
    found = 0
    try:
        for file in _files_of(source):
            take_file(source=source, file=file)
            keys.add(stable_key(file.key))
            found += 1
            Source.objects.filter(pk=source.pk).update(found_count=found, lease_until=timezone.now() + LEASE)
    except AppError as error:
        Source.objects.filter(pk=source.pk).update(
            state=Source.State.FAILED, failure=error.message[:500], found_count=found, lease_until=None
        )
        emit("source.failed", source=source.pk, reason=error.code)
        return
    Source.objects.filter(pk=source.pk).update(failure="", found_count=found, fetched_at=timezone.now())
    # A list of that length may have been cut off: what it lacks does not count as gone.
    settle(source=source, found_keys=keys if found < crawling.MOST_PAGES else None)
    emit("source.fetched", source=source.pk, documents=found)
    _hint_reading()


def _files_of(source: Source) -> Iterable[IncomingFile]:
    if source.kind == Source.Kind.FOLDER:
        for name, content in crawling.folder(source.location):
            yield IncomingFile(key=name, name=PurePath(name).name, content=content)
    elif source.kind == Source.Kind.SITEMAP:
        for address in crawling.sitemap(source.location):
            yield _page(address)
    elif source.kind == Source.Kind.URL:
        yield _page(source.location)


def _page(address: str) -> IncomingFile:
    page = crawling.page(address)
    assert page.content is not None  # noqa: S101 -- only a conditional request can be answered with "unchanged"
    return IncomingFile(key=address, name=page.name, content=page.content)


def _hint_reading() -> None:
    from knowledge.jobs import read_due_originals

    read_due_originals.enqueue()


def _hint_fetching() -> None:
    from knowledge.jobs import fetch_due_sources

    fetch_due_sources.enqueue()
