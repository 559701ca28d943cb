"""Uploading files, and importing folders, pages and sitemaps."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.rest.pagination import PAGE_PARAMETERS, page_of, page_schema
from knowledge.api.shapes import FETCHED_KINDS, TRUSTS, Shape, SourceShape, source_shape
from knowledge.api.views import PROBLEMS, KnowledgeView, author_of, collection_of, may_publish, sent, source_of
from knowledge.models import Source
from knowledge.removal import purge_source
from knowledge.shrinking import go_ahead
from knowledge.sources import MOST_FILES_AN_UPLOAD, IncomingFile, add_source, fetch_again, upload_files
from knowledge.trust import set_trust
from knowledge.upload_rules import incoming_name, refusal


class UploadInput(serializers.Serializer[Any]):
    collection = serializers.SlugField(help_text="The collection's short name.")
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), allow_empty=False, max_length=MOST_FILES_AN_UPLOAD
    )
    publish_when_read = serializers.BooleanField(default=False)
    trust = serializers.ChoiceField(TRUSTS, default=Source.Trust.TRUSTED.value)

    def validate_files(self, files: list[Any]) -> list[Any]:
        if problems := [problem for file in files if (problem := refusal(file))]:
            raise serializers.ValidationError(problems)
        return files


class UploadedShape(SourceShape):
    documents = serializers.ListField(child=serializers.UUIDField(), help_text="One for each file, in order.")


class SourceInput(serializers.Serializer[Any]):
    collection = serializers.SlugField(help_text="The collection's short name.")
    kind = serializers.ChoiceField(FETCHED_KINDS)
    location = serializers.CharField(
        max_length=500, help_text="A whole address, or a folder below the import directory."
    )
    publish_when_read = serializers.BooleanField(default=False)
    trust = serializers.ChoiceField(
        TRUSTS, required=False, help_text="When not given: folders are trusted, pages and sitemaps are not."
    )


class SourceChange(serializers.Serializer[Any]):
    trust = serializers.ChoiceField(TRUSTS)


class PurgedShape(serializers.Serializer[Any]):
    documents = serializers.IntegerField()
    in_answers = serializers.IntegerField(help_text="How many of the documents answers used.")
    versions = serializers.IntegerField()
    files = serializers.IntegerField()
    passages = serializers.IntegerField()


class UploadView(KnowledgeView):
    parser_classes = [MultiPartParser]
    permissions_needed = {"*": "knowledge.add_document"}

    @extend_schema(
        operation_id="upload_files",
        request={"multipart/form-data": UploadInput},
        responses={201: UploadedShape, 400: PROBLEMS[400]},
    )
    def post(self, request: Request) -> Response:
        """Store files for the worker to read: all of them, or none when one is refused."""
        given = sent(UploadInput, request)
        files: list[IncomingFile] = []
        for file in given["files"]:
            key = incoming_name(file.name, [one.name for one in files])
            files.append(IncomingFile(key=key, name=file.name, content=file.read()))
        source = upload_files(
            collection=collection_of(given["collection"]),
            files=files,
            publish_when_read=given["publish_when_read"] and may_publish(request),
            author=author_of(request),
            trust=given["trust"],
        )
        documents = source.documents.order_by("pk").values_list("public_id", flat=True)
        return Response({**source_shape(source), "documents": list(documents)}, status=201)


class SourcesView(KnowledgeView):
    permissions_needed = {"GET": "knowledge.view_source", "POST": "knowledge.add_source"}

    @extend_schema(
        operation_id="list_sources", parameters=PAGE_PARAMETERS, responses=page_schema("SourcePage", SourceShape)
    )
    def get(self, request: Request) -> Response:
        """The sources, newest first."""
        return page_of(request, Source.objects.select_related("collection").order_by("-pk"), _shape)

    @extend_schema(operation_id="add_source", request=SourceInput, responses={201: SourceShape, 400: PROBLEMS[400]})
    def post(self, request: Request) -> Response:
        """Import a folder, a page or the pages of a sitemap; the worker fetches it."""
        given = sent(SourceInput, request)
        source = add_source(
            collection=collection_of(given["collection"]),
            kind=given["kind"],
            location=given["location"],
            publish_when_read=given["publish_when_read"] and may_publish(request),
            author=author_of(request),
            trust=given.get("trust"),
        )
        return Response(source_shape(source), status=201)


class SourceView(KnowledgeView):
    permissions_needed = {
        "GET": "knowledge.view_source",
        "PATCH": "knowledge.publish_document",
        "DELETE": "knowledge.delete_source",
    }

    @extend_schema(operation_id="read_source", responses={200: SourceShape, 404: PROBLEMS[404]})
    def get(self, request: Request, public_id: UUID) -> Response:
        """A source and how far it is."""
        return Response(source_shape(source_of(public_id)))

    @extend_schema(
        operation_id="change_source",
        request=SourceChange,
        responses={200: SourceShape, 400: PROBLEMS[400], 404: PROBLEMS[404], 409: PROBLEMS[409]},
    )
    def patch(self, request: Request, public_id: UUID) -> Response:
        """Say whether its texts are trusted from now on. Only a person can say that they are."""
        source = source_of(public_id)
        set_trust(source=source, trust=sent(SourceChange, request)["trust"])
        return Response(source_shape(source_of(public_id)))

    @extend_schema(operation_id="purge_source", responses={200: PurgedShape, 404: PROBLEMS[404], 409: PROBLEMS[409]})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Delete the source with everything it brought in. No answer uses any of it from now on."""
        return Response(asdict(purge_source(source=source_of(public_id))))


class FetchView(KnowledgeView):
    permissions_needed = {"*": "knowledge.change_source"}

    @extend_schema(operation_id="fetch_source_again", request=None, responses={202: SourceShape, 404: PROBLEMS[404]})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Fetch it again; only what has changed becomes a new version."""
        fetch_again(source=source_of(public_id))
        return Response(source_shape(source_of(public_id)), status=202)


class GoAheadView(KnowledgeView):
    permissions_needed = {"*": "knowledge.publish_document"}

    @extend_schema(
        operation_id="confirm_shrinking",
        request=None,
        responses={200: SourceShape, 404: PROBLEMS[404], 409: PROBLEMS[409]},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """After an alarm: let answers go without the documents that are gone. Only a person can decide this."""
        go_ahead(source=source_of(public_id))
        return Response(source_shape(source_of(public_id)))


def _shape(source: Source) -> Shape:
    return source_shape(source)
