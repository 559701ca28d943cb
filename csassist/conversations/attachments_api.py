"""
The customer's files over HTTP: upload first, then name the ids in a message.

An upload belongs to its conversation, so whoever may write there may upload there, and what a visitor takes along when
they sign in includes the files.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.conversations import access, limits, services, shapes
from csassist.conversations.api import VisitorView
from csassist.conversations.downloads import download
from csassist.conversations.events import attachment_payload
from csassist.core.errors import InvalidInput
from csassist.rest.uploads import take_one_file


class UploadView(VisitorView):
    parser_classes = [MultiPartParser]

    @extend_schema_serializer(component_name="AttachmentUpload")
    class Input(serializers.Serializer[None]):
        file = serializers.FileField(allow_empty_file=True, max_length=1_000)
        client_key = serializers.CharField(required=False, allow_blank=True, default="")

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        take_one_file(request, most_bytes=settings.CSASSIST_ATTACHMENT_MAX_BYTES)
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        operation_id="conversations_attach",
        request={"multipart/form-data": Input},
        responses={201: shapes.AttachmentShape, 200: shapes.AttachmentShape},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        visitor = self.visitor(request)
        conversation = access.conversation_for(visitor, public_id)
        limits.spend_upload(visitor.limit_key, request._request)
        sent = self.Input(data=request.data)
        sent.is_valid(raise_exception=True)
        file: UploadedFile[Any] = sent.validated_data["file"]
        if not settings.CSASSIST_ATTACHMENTS_PER_MESSAGE_COUNT:
            raise InvalidInput(_("Files cannot be attached here."), field="file", reason="off")
        attachment, is_new = services.attach_file(
            conversation=conversation,
            name=file.name or "",
            content=file.read(),
            client_key=sent.validated_data["client_key"],
        )
        return Response(attachment_payload(attachment), status=201 if is_new else 200)


class AttachmentView(VisitorView):
    @extend_schema(
        operation_id="attachments_download", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        return download(access.attachment_for(self.visitor(request), public_id))

    @extend_schema(operation_id="attachments_take_back", responses={204: None})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """A file that was sent stays with its message; taking it back changes nothing."""
        services.remove_unused(attachment=access.attachment_for(self.visitor(request), public_id))
        return Response(status=204)
