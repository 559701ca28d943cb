"""Collections, documents and versions: list, write, read, change, delete."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.core.errors import Conflict, NotFound
from csassist.core.text import detect_language
from csassist.rest.pagination import PAGE_PARAMETERS, page_of, page_schema
from knowledge import editing, publication, services
from knowledge.api.shapes import (
    CollectionShape,
    DocumentShape,
    Shape,
    VersionShape,
    WholeDocumentShape,
    WholeVersionShape,
    collection_shape,
    document_shape,
    version_shape,
    whole_version_shape,
)
from knowledge.api.views import (
    PROBLEMS,
    KnowledgeView,
    asked,
    author_of,
    collection_of,
    document_of,
    may_publish,
    page_of_many,
    sent,
)
from knowledge.document_lists import listed, with_versions
from knowledge.models import Collection, Document, DocumentVersion, VersionKind, VersionState
from knowledge.services import Place, VersionText

LANGUAGES = ("en", "zh")


class TextInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=300)
    body = serializers.CharField(
        allow_blank=True, trim_whitespace=False, help_text="Markdown, or one JSON object a line."
    )
    language = serializers.ChoiceField(LANGUAGES, required=False, help_text="Recognised from the text when not given.")
    kind = serializers.ChoiceField(VersionKind.choices, required=False)
    questions = serializers.ListField(child=serializers.CharField(max_length=500), required=False, max_length=200)
    aliases = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=200)
    effective_from = serializers.DateTimeField(required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    review_due = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)


class DocumentInput(TextInput):
    collection = serializers.SlugField(help_text="The collection's short name.")
    publish = serializers.BooleanField(default=False, help_text="Publish it at once.")


class DocumentChange(TextInput):
    title = serializers.CharField(max_length=300, required=False)
    body = serializers.CharField(allow_blank=True, trim_whitespace=False, required=False)
    expected_version = serializers.IntegerField(
        required=False, help_text="The newest version you know: 409 when there is a newer one."
    )


class DocumentFilter(serializers.Serializer[Any]):
    collection = serializers.SlugField(required=False)
    language = serializers.ChoiceField(LANGUAGES, required=False)
    state = serializers.ChoiceField(VersionState.choices, required=False, help_text="Of the newest version.")
    reading = serializers.ChoiceField(DocumentVersion.Parse.choices, required=False)
    q = serializers.CharField(required=False, help_text="Words of the title.")


class CollectionsView(KnowledgeView):
    permissions_needed = {"*": "knowledge.view_collection"}

    @extend_schema(
        operation_id="list_collections",
        parameters=PAGE_PARAMETERS,
        responses=page_schema("CollectionPage", CollectionShape),
    )
    def get(self, request: Request) -> Response:
        """The collections, by name."""
        return page_of(request, Collection.objects.order_by("name", "pk"), collection_shape)


class DocumentsView(KnowledgeView):
    permissions_needed = {"GET": "knowledge.view_document", "POST": "knowledge.add_document"}

    @extend_schema(
        operation_id="list_documents",
        parameters=[DocumentFilter, *PAGE_PARAMETERS],
        responses={200: page_schema("DocumentPage", DocumentShape), 400: PROBLEMS[400]},
    )
    def get(self, request: Request) -> Response:
        """Documents with where they stand, the last changed first."""
        return page_of_many(request, _filtered(asked(DocumentFilter, request)), _shapes)

    @extend_schema(
        operation_id="create_document", request=DocumentInput, responses={201: WholeDocumentShape, **PROBLEMS}
    )
    def post(self, request: Request) -> Response:
        """Write a document: a draft, or published at once."""
        given = sent(DocumentInput, request)
        place = Place(collection_of(given.pop("collection")), owner=author_of(request))
        publish = given.pop("publish")
        if publish and not may_publish(request):
            raise PermissionDenied
        given.setdefault("language", detect_language(given["body"][:4000]))
        document = services.create_document(place=place, text=_text(given), author=author_of(request))
        if publish:
            publication.request(version=document.versions.get(), publisher=author_of(request))
        return Response(whole_document(document.public_id), status=201)


class DocumentView(KnowledgeView):
    permissions_needed = {
        "GET": "knowledge.view_document",
        "PATCH": "knowledge.change_document",
        "DELETE": "knowledge.delete_document",
    }

    @extend_schema(operation_id="read_document", responses={200: WholeDocumentShape, 404: PROBLEMS[404]})
    def get(self, request: Request, public_id: UUID) -> Response:
        """The document with the text of its newest version."""
        return Response(whole_document(public_id))

    @extend_schema(
        operation_id="change_document", request=DocumentChange, responses={200: WholeDocumentShape, **PROBLEMS}
    )
    def patch(self, request: Request, public_id: UUID) -> Response:
        """A new draft: what is not sent is taken from the newest version. What is published stays until you publish."""
        document = document_of(public_id)
        given = sent(DocumentChange, request)
        newest = editing.newest_version(document)
        expected = given.pop("expected_version", None)
        if expected is not None and (newest is None or newest.number != expected):
            raise Conflict("There is a newer version.", newest_version=newest.number if newest else None)
        text = replace(_text_of(newest), **_tuples(given)) if newest else _text(given)
        services.write_version(document=document, text=text, author=author_of(request))
        return Response(whole_document(public_id))

    @extend_schema(operation_id="delete_document", responses={204: OpenApiResponse(), 404: PROBLEMS[404]})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Delete the document with all its versions. No answer uses it from now on."""
        services.delete_document(document=document_of(public_id))
        return Response(status=204)


class VersionsView(KnowledgeView):
    permissions_needed = {"*": "knowledge.view_document"}

    @extend_schema(
        operation_id="list_versions",
        parameters=PAGE_PARAMETERS,
        responses={200: page_schema("VersionPage", VersionShape), 404: PROBLEMS[404]},
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        """The versions of a document, newest first, without their texts."""
        versions = DocumentVersion.objects.filter(document=document_of(public_id)).without_text()
        return page_of(request, versions.order_by("-number"), version_shape)


class VersionView(KnowledgeView):
    permissions_needed = {"*": "knowledge.view_document"}

    @extend_schema(operation_id="read_version", responses={200: WholeVersionShape, 404: PROBLEMS[404]})
    def get(self, request: Request, public_id: UUID, number: int) -> Response:
        """One version with its text."""
        return Response(whole_version_shape(version_of(document_of(public_id), number)))


def _filtered(given: dict[str, Any]) -> Any:
    documents = Document.objects.order_by("-updated_at", "-pk")
    if slug := given.get("collection"):
        documents = documents.filter(collection__slug=slug)
    if language := given.get("language"):
        documents = documents.filter(language=language)
    if state := given.get("state"):
        documents = documents.newest_in([state])
    if reading_state := given.get("reading"):
        documents = documents.newest_read([reading_state])
    if words := given.get("q"):
        documents = documents.filter(title__icontains=words)
    return with_versions(documents).select_related("source")


def _shapes(documents: Sequence[Document]) -> list[Shape]:
    return [document_shape(one) for one in listed(documents)]


def whole_document(public_id: UUID) -> Shape:
    """The document with its newest version. Raises NotFound."""
    found = document_of(public_id, with_versions(Document.objects.all()).select_related("source"))
    newest = editing.newest_version(found)
    return {**_shapes([found])[0], "version": whole_version_shape(newest) if newest else None}


def version_of(document: Document, number: int) -> DocumentVersion:
    """Raises NotFound."""
    found = document.versions.filter(number=number).first()
    if found is None:
        raise NotFound("There is no such version.")
    return found


def _text(given: dict[str, Any]) -> VersionText:
    return VersionText(**_tuples(given))


def _text_of(version: DocumentVersion) -> VersionText:
    names = [name for name in VersionText.__dataclass_fields__ if name not in {"note", "parse_notes"}]
    return VersionText(**_tuples({name: getattr(version, name) for name in names}))


def _tuples(given: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
