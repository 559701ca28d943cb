"""
Publishing with golden questions in between.

Whoever publishes asks here. Where nothing guards the collection it happens at once. Where golden questions do, the
draft is staged and waits: the assistant, which can ask questions, looks for what waits, asks them, and settles it here.
A draft that would make answers worse stays a draft until somebody overrules that with a reason.
"""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.context import Actor, acting_as
from csassist.audit.services import record
from csassist.core.errors import AppError, Conflict, InvalidInput
from csassist.core.verdicts import REASON_MOST_CHARACTERS, Verdict
from knowledge import services
from knowledge.lifecycle import EDITABLE, check_move
from knowledge.models import Document, DocumentVersion, IndexGeneration, IndexJob, VersionState
from knowledge.trust import check_approval

STAGING_PATIENCE = timedelta(minutes=15)


@transaction.atomic
def request(*, version: DocumentVersion, publisher: User | None = None) -> bool:
    """
    Publish this version now (True), or as soon as the golden questions have passed with it (False).

    Raises what `services.publish` raises.
    """
    version = DocumentVersion.objects.select_for_update(of=("self",)).select_related("document").get(pk=version.pk)
    document = Document.objects.select_related("collection", "source").get(pk=version.document_id)
    if not document.collection.is_guarded or version.may_be_published:
        services.publish(version=version, publisher=publisher)
        return True
    if not version.body.strip():
        raise InvalidInput(_("“%(title)s” has no text yet, so there is nothing to publish.") % {"title": version.title})
    check_move(version.state, VersionState.PUBLISHED)
    check_approval(document)
    DocumentVersion.objects.filter(pk=version.pk).update(
        verdict=Verdict.WAITING,
        verdict_run=None,
        verdict_at=None,
        publication_requested_at=timezone.now(),
        publication_requested_by=publisher,
    )
    services.stage(version=version)
    record("document.publication_requested", document, version=version.number)
    return False


def waiting() -> "list[DocumentVersion]":
    """
    Drafts that wait for their verdict and that no comparison has taken yet, the longest waiting first.

    Only what both indexes hold already, so that a short text does not wait for a long one; after a while the others
    too, because something may be in their way.
    """
    versions = DocumentVersion.objects.filter(verdict=Verdict.WAITING, verdict_run=None, state__in=EDITABLE)
    being_indexed = IndexJob.objects.unfinished().filter(generation__state=IndexGeneration.State.LIVE)
    is_patient = Q(publication_requested_at__gt=timezone.now() - STAGING_PATIENCE)
    ready = versions.exclude(is_patient, document__public_id__in=being_indexed.values("document_public_id"))
    return list(ready.select_related("document__collection").order_by("publication_requested_at", "pk"))


def take(*, version: DocumentVersion, run_id: uuid.UUID) -> bool:
    """Let this comparison decide about the draft. False when another one does already."""
    waiting_now = DocumentVersion.objects.filter(pk=version.pk, verdict=Verdict.WAITING, verdict_run=None)
    return bool(waiting_now.update(verdict_run=run_id))


def is_staged(document_ids: "list[int]") -> bool:
    """Whether the live indexes hold these documents as the database has them."""
    public_ids = Document.objects.filter(pk__in=document_ids).values("public_id")
    live = IndexJob.objects.filter(generation__state=IndexGeneration.State.LIVE, document_public_id__in=public_ids)
    return not live.unfinished().exists()


def settle(*, version: DocumentVersion, verdict: Verdict, run_id: uuid.UUID) -> bool:
    """
    Store the verdict of the comparison that took the draft, and publish it in its publisher's name when it passed.

    False when the draft was edited, published or deleted meanwhile: the verdict is then about another text. A draft
    that cannot be published any more loses its verdict and stays.
    """
    try:
        return _settle(version, verdict, run_id)
    except AppError as error:
        DocumentVersion.objects.filter(pk=version.pk, verdict_run=run_id, state__in=EDITABLE).update(
            verdict=Verdict.NONE, verdict_run=None
        )
        record("document.publication_failed", version.document, version=version.number, error=error.code)
        return False


@transaction.atomic
def _settle(version: DocumentVersion, verdict: Verdict, run_id: uuid.UUID) -> bool:
    mine = DocumentVersion.objects.select_for_update().filter(
        pk=version.pk, verdict=Verdict.WAITING, verdict_run=run_id, state__in=EDITABLE
    )
    if not mine.update(verdict=verdict, verdict_at=timezone.now()):
        return False
    fresh = DocumentVersion.objects.select_related("document", "publication_requested_by").get(pk=version.pk)
    record("document.judged", fresh.document, version=fresh.number, verdict=str(verdict), run=str(run_id))
    if verdict != Verdict.PASSED:
        services.unstage(version=fresh)
        return True
    publisher = fresh.publication_requested_by
    if publisher is None:
        services.publish(version=fresh)
    else:
        with acting_as(Actor(kind="staff", identifier=str(publisher.pk), name=publisher.get_username())):
            services.publish(version=fresh, publisher=publisher)
    return True


@transaction.atomic
def overrule(*, version: DocumentVersion, reason: str, publisher: User) -> None:
    """Publish the draft against its verdict. Raises InvalidInput without a reason, Conflict when none is in the way."""
    reason = reason.strip()[:REASON_MOST_CHARACTERS]
    if not reason:
        raise InvalidInput(_("Write why it should be published all the same."))
    stopped = DocumentVersion.objects.select_for_update().filter(
        pk=version.pk, verdict__in=[Verdict.REGRESSED, Verdict.INCONCLUSIVE], state__in=EDITABLE
    )
    if not stopped.update(verdict=Verdict.OVERRULED, overrule_reason=reason):
        raise Conflict(_("No verdict stands in the way of this version any more."))
    record("document.verdict_overruled", version.document, version=version.number, reason=reason)
    services.publish(version=version, publisher=publisher)


@transaction.atomic
def cancel(*, version: DocumentVersion) -> None:
    """Do not publish it after all; the draft stays. Raises Conflict when it is not waiting."""
    waiting_now = DocumentVersion.objects.filter(pk=version.pk, verdict=Verdict.WAITING)
    if not waiting_now.update(verdict=Verdict.NONE, verdict_run=None):
        raise Conflict(_("This version is not waiting to be published any more."))
    services.unstage(version=version)
    record("document.publication_cancelled", version.document, version=version.number)


def try_again(*, version: DocumentVersion, run_id: uuid.UUID) -> None:
    """Let the next comparison take the draft: what went wrong in this one was not its doing."""
    DocumentVersion.objects.filter(pk=version.pk, verdict=Verdict.WAITING, verdict_run=run_id).update(verdict_run=None)
