"""
Reading uploaded originals in the worker.

A version waits with its file; a worker takes it under a lease, parses it in a child process, and writes the text only
if nobody took the lease over meanwhile. A file that kills the worker three times is set aside with a reason instead
of looping.
"""

import time
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.audit.services import record
from csassist.core.errors import AppError, Conflict
from csassist.core.logs import emit
from csassist.core.text import detect_language
from knowledge import publication, services
from knowledge.chunking import QaRow
from knowledge.loaders import ParsedDocument
from knowledge.models import DocumentVersion, VersionKind
from knowledge.parse_reasons import explain_failure
from knowledge.parsing import ParseFailed, parse_safely
from knowledge.question_files import to_lines
from knowledge.trust import needs_approval

LEASE = timedelta(seconds=45)  # longer than the child's 30 s wall limit
MOST_ATTEMPTS = 3
MOST_QUESTIONS = 200
LONGEST_QUESTION = 500
Parse = DocumentVersion.Parse


def read_due(*, most: int = 20) -> int:
    """Read up to `most` waiting originals; returns how many were taken."""
    taken = 0
    while taken < most and (version := _claim()) is not None:
        _read(version)
        taken += 1
    return taken


@transaction.atomic
def retry(*, version: DocumentVersion) -> None:
    """Put a failed original back in the queue. Raises Conflict when it has not failed."""
    from knowledge.jobs import read_due_originals

    changed = DocumentVersion.objects.filter(pk=version.pk, parse_state=Parse.FAILED).update(
        parse_state=Parse.WAITING, parse_failure_code="", parse_failure_facts={}, parse_attempts_count=0
    )
    if not changed:
        raise Conflict(_("This file is not waiting for another attempt."))
    record("document.read_again", version.document, version=version.number)
    transaction.on_commit(lambda: read_due_originals.enqueue() and None)


def _claim() -> DocumentVersion | None:
    now = timezone.now()
    waiting = Q(parse_state=Parse.WAITING) | Q(parse_state=Parse.RUNNING, parse_lease_until__lt=now)
    for pk in DocumentVersion.objects.filter(waiting).order_by("pk").values_list("pk", flat=True)[:5]:
        claimed = DocumentVersion.objects.filter(waiting, pk=pk).update(
            parse_state=Parse.RUNNING, parse_lease_until=now + LEASE, parse_attempts_count=F("parse_attempts_count") + 1
        )
        if claimed:
            return DocumentVersion.objects.select_related("document__collection", "created_by").get(pk=pk)
    return None


def _read(version: DocumentVersion) -> None:
    started = time.monotonic()
    if version.parse_attempts_count > MOST_ATTEMPTS:
        _fail(version, "set_aside")
        return
    try:
        with version.original.open("rb") as original:
            content = original.read()
        parsed = parse_safely(content, version.original_name)
    except ParseFailed as failure:
        _fail(version, failure.reason, failure.extra)
        return
    except OSError:
        _fail(version, "missing")
        return
    if _store(version, parsed):
        milliseconds = int((time.monotonic() - started) * 1000)
        emit("parse.finished", version=version.pk, milliseconds=milliseconds, size_bytes=len(content))


@transaction.atomic
def _store(version: DocumentVersion, parsed: ParsedDocument) -> bool:
    fresh = DocumentVersion.objects.select_for_update().filter(pk=version.pk).first()
    if fresh is None:
        return False  # deleted meanwhile
    if fresh.parse_state != Parse.RUNNING or fresh.parse_attempts_count != version.parse_attempts_count:
        return False  # another worker took over after our lease ran out
    try:
        fresh = services.edit_draft(version=fresh, text=text_of(parsed, fresh))
    except AppError as problem:
        _fail(version, "refused", {"facts": {"problem": problem.message}})
        return False
    DocumentVersion.objects.filter(pk=fresh.pk).update(parse_state=Parse.DONE, parse_lease_until=None)
    if fresh.publish_when_read and needs_approval(fresh.document):
        services.submit_for_review(version=fresh)
    elif fresh.publish_when_read:
        publication.request(version=fresh, publisher=fresh.created_by)
    return True


def text_of(parsed: ParsedDocument, version: DocumentVersion) -> services.VersionText:
    """What the loader found, as a version's text; what a person already typed for the version wins."""
    body = parsed.body
    if parsed.kind == "qa":
        body = to_lines(QaRow(row.question, row.answer, row.aliases) for row in parsed.rows)
    metadata = parsed.metadata
    return services.VersionText(
        title=parsed.title or version.title,
        body=body,
        kind=VersionKind.QUESTIONS if parsed.kind == "qa" else VersionKind.ARTICLE,
        language=parsed.language or detect_language(body[:4000]),
        questions=_words(metadata.get("questions")) or tuple(version.questions),
        aliases=_words(metadata.get("aliases")) or tuple(version.aliases),
        effective_from=version.effective_from,
        expires_at=version.expires_at,
        review_due=version.review_due,
        note=version.note,
        parse_notes=parsed.notes,
    )


def _words(value: object) -> tuple[str, ...]:
    """The texts of a list in the front matter, as many and as long as the API takes them; other shapes are none."""
    words = (
        (word.strip()[:LONGEST_QUESTION] for word in value if isinstance(word, str)) if isinstance(value, list) else ()
    )
    return tuple(word for word in words if word)[:MOST_QUESTIONS]


def failure_text(version: DocumentVersion) -> str:
    """Why the original could not be read, in the reader's language; empty when it did not fail."""
    if version.parse_state != Parse.FAILED:
        return ""
    facts = version.parse_failure_facts
    return explain_failure(version.parse_failure_code, str(facts.get("detail", "")), facts.get("facts") or {})


def _fail(version: DocumentVersion, code: str, facts: Mapping[str, object] | None = None) -> None:
    DocumentVersion.objects.filter(pk=version.pk, parse_attempts_count=version.parse_attempts_count).update(
        parse_state=Parse.FAILED, parse_failure_code=code, parse_failure_facts=dict(facts or {}), parse_lease_until=None
    )
    emit("parse.failed", version=version.pk, reason=code, attempt=version.parse_attempts_count)
