"""
One decision for many documents. Each document is a transaction of its own: what cannot be done is named with its reason
and the rest is done all the same.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from csassist.accounts.models import User
from csassist.audit.context import Actor, acting_as
from csassist.audit.services import record
from csassist.core.errors import AppError, Conflict
from knowledge import publication, services
from knowledge.index_jobs import request_indexing
from knowledge.lifecycle import EDITABLE
from knowledge.models import Document, DocumentVersion


@dataclass(frozen=True)
class Refused:
    title: str
    reason: str


@dataclass(frozen=True)
class BulkResult:
    done_count: int
    refused: tuple[Refused, ...]


BulkAct = Literal["publish", "submit", "withdraw", "index"]


def do_to_all(act: BulkAct, documents: Iterable[Document], *, user: User) -> BulkResult:
    """Take this step with every document."""
    match act:
        case "publish":
            return publish_drafts(documents, publisher=user)
        case "submit":
            return submit_drafts(documents)
        case "withdraw":
            return withdraw_all(documents)
        case "index":
            return index_all_again(documents)


@task()
def do_in_background(act: BulkAct, document_pks: list[int], user_pk: int) -> int:
    """The same in the worker, on record as the user's own act; returns how many were done."""
    user = User.objects.get(pk=user_pk)
    with acting_as(Actor(kind="staff", identifier=str(user.pk), name=user.get_username())):
        return do_to_all(act, Document.objects.filter(pk__in=document_pks), user=user).done_count


def publish_drafts(documents: Iterable[Document], *, publisher: User) -> BulkResult:
    """Publish the newest version of each, where it is a draft, once golden questions let it pass."""
    return _each(documents, lambda document: publication.request(version=_draft_of(document), publisher=publisher))


def submit_drafts(documents: Iterable[Document]) -> BulkResult:
    return _each(documents, lambda document: services.submit_for_review(version=_draft_of(document)))


def withdraw_all(documents: Iterable[Document]) -> BulkResult:
    return _each(documents, lambda document: services.withdraw(document=document))


def index_all_again(documents: Iterable[Document]) -> BulkResult:
    return _each(documents, lambda document: index_again(document=document))


@transaction.atomic
def index_again(*, document: Document) -> None:
    """Bring the indexes in step with this document once more, whatever they hold."""
    request_indexing(document.public_id)
    record("document.index_requested", document)


def _draft_of(document: Document) -> DocumentVersion:
    newest = document.versions.order_by("-number").first()
    if newest is None or newest.state not in EDITABLE:
        raise Conflict(_("It has no draft."))
    if newest.parse_state in {DocumentVersion.Parse.WAITING, DocumentVersion.Parse.RUNNING}:
        raise Conflict(_("Its file is still being read."))
    return newest


def _each(documents: Iterable[Document], act: Callable[[Document], object]) -> BulkResult:
    done, refused = 0, []
    for document in documents:
        try:
            act(document)
        except AppError as error:
            refused.append(Refused(document.title, error.message))
        else:
            done += 1
    return BulkResult(done, tuple(refused))
