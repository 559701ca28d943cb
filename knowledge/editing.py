"""
Writing and publishing with one's eyes open: nothing is overwritten or published that the person has not seen.

Whoever edits or publishes says which text they saw, by its fingerprint. When it has changed since, they are told and
nothing happens; what they wrote is theirs to keep.
"""

import hashlib
import json
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import Conflict, NotFound
from knowledge import publication, services
from knowledge.index_jobs import request_indexing
from knowledge.lifecycle import EDITABLE
from knowledge.models import Collection, Document, DocumentVersion
from knowledge.services import VersionText

TEXT_FIELDS = (
    "title",
    "body",
    "language",
    "kind",
    "questions",
    "aliases",
    "effective_from",
    "expires_at",
    "review_due",
)
Parse = DocumentVersion.Parse


class TextChanged(Conflict):
    """Somebody else has changed the document since this person looked at it."""

    code = "text_changed"


def fingerprint(version: DocumentVersion | None) -> str:
    """Equal for two readings of a version when neither its text nor its place in the lifecycle has changed."""
    if version is None:
        return ""
    seen = [str(getattr(version, name)) for name in TEXT_FIELDS]
    return hashlib.sha256(json.dumps([version.pk, version.state, version.parse_state, *seen]).encode()).hexdigest()


def newest_version(document: Document) -> DocumentVersion | None:
    return document.versions.order_by("-number").first()


@transaction.atomic
def save_text(*, document: Document, text: VersionText, seen: str, author: User | None = None) -> DocumentVersion:
    """
    The document's draft with this text: the newest version if it is still one, else a new version.

    Raises TextChanged when `seen` is not the newest version's fingerprint, Conflict while a file is being read into it.
    """
    newest = newest_version(_locked(document))
    if newest is not None and newest.parse_state in {Parse.WAITING, Parse.RUNNING}:
        raise Conflict(_("The file of this document is still being read. Edit its text when that is done."))
    if fingerprint(newest) != seen:
        raise TextChanged(_("Somebody else has changed this document since you opened it."))
    if newest is None or newest.state not in EDITABLE or newest.parse_state == Parse.FAILED:
        return services.write_version(document=document, text=text, author=author)
    return services.edit_draft(version=newest, text=replace(text, parse_notes=tuple(newest.parse_notes)))


@transaction.atomic
def publish_seen(*, version: DocumentVersion, seen: str, publisher: User | None = None) -> bool:
    """
    Publish this version as it was seen; False when golden questions are asked first. Raises TextChanged, and whatever
    `services.publish` raises.
    """
    _locked(version.document)
    if fingerprint(DocumentVersion.objects.filter(pk=version.pk).first()) != seen:
        raise TextChanged(_("This text has been changed since you read it. Read it again before you publish it."))
    return publication.request(version=version, publisher=publisher)


@dataclass(frozen=True)
class Placing:
    """Where a document belongs, who looks after it, and the question the chat page offers from it, if any."""

    collection: Collection
    owner: User | None = None
    suggested_question: str = ""


@transaction.atomic
def place_document(*, document: Document, placed: Placing) -> None:
    """Give the document another place. A new audience holds from the next question on."""
    document = _locked(document)
    if document.collection_id != placed.collection.pk:
        document.collection = placed.collection
        request_indexing(document.public_id)
    document.owner, document.suggested_question = placed.owner, placed.suggested_question.strip()
    document.save(update_fields=["collection", "owner", "suggested_question", "updated_at"])
    record("document.placed", document, collection=placed.collection.slug)


def _locked(document: Document) -> Document:
    found = Document.objects.select_for_update().filter(pk=document.pk).first()
    if found is None:
        raise NotFound(_("This document has been deleted."))
    return found
