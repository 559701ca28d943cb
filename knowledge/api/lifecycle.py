"""The steps of a document's life, each a POST of its own."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.core.errors import Conflict, NotFound
from knowledge import publication, reading, services
from knowledge.api.documents import version_of, whole_document
from knowledge.api.shapes import WholeDocumentShape
from knowledge.api.views import PROBLEMS, KnowledgeView, author_of, document_of, sent
from knowledge.editing import newest_version
from knowledge.lifecycle import EDITABLE
from knowledge.models import Document, DocumentVersion


class VersionChoice(serializers.Serializer[Any]):
    version = serializers.IntegerField(required=False, help_text="Its number; the newest draft when not given.")


def _after(act: Callable[[Request, Document], None], request: Request, public_id: UUID) -> Response:
    """The document as it is once the step was taken."""
    act(request, document_of(public_id))
    return Response(whole_document(public_id))


def _publish(request: Request, document: Document) -> None:
    publication.request(version=_chosen(request, document), publisher=author_of(request))


def _submit(request: Request, document: Document) -> None:
    services.submit_for_review(version=_chosen(request, document))


def _withdraw(request: Request, document: Document) -> None:
    services.withdraw(document=document)


def _retry(request: Request, document: Document) -> None:
    newest = newest_version(document)
    if newest is None:
        raise NotFound("This document has no version.")
    reading.retry(version=newest)


class PublishView(KnowledgeView):
    permissions_needed = {"*": "knowledge.publish_document"}

    @extend_schema(
        operation_id="publish_document", request=VersionChoice, responses={200: WholeDocumentShape, **PROBLEMS}
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """
        Publish a version. Answers use it as soon as both indexes hold it and it is in effect. Where golden questions
        guard its collection they are asked first: `newest` says `being_checked` until it is published or held back.
        """
        return _after(_publish, request, public_id)


class SubmitView(KnowledgeView):
    permissions_needed = {"*": "knowledge.change_document"}

    @extend_schema(
        operation_id="submit_document", request=VersionChoice, responses={200: WholeDocumentShape, **PROBLEMS}
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Submit a draft for review."""
        return _after(_submit, request, public_id)


class WithdrawView(KnowledgeView):
    permissions_needed = {"*": "knowledge.publish_document"}

    @extend_schema(operation_id="withdraw_document", request=None, responses={200: WholeDocumentShape, **PROBLEMS})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Take the document out of answers, from the next question on."""
        return _after(_withdraw, request, public_id)


class RetryView(KnowledgeView):
    permissions_needed = {"*": "knowledge.change_document"}

    @extend_schema(operation_id="read_file_again", request=None, responses={200: WholeDocumentShape, **PROBLEMS})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Read the file of the newest version again, after it could not be read."""
        return _after(_retry, request, public_id)


def _chosen(request: Request, document: Document) -> DocumentVersion:
    """The version named in the request, else the newest, if it is a draft."""
    number = sent(VersionChoice, request).get("version")
    if number is not None:
        return version_of(document, number)
    newest = newest_version(document)
    if newest is None or newest.state not in EDITABLE:
        raise Conflict("This document has no draft.")
    return newest
