"""What the customer has not seen yet, in all their conversations, and marking it as seen."""

import hashlib
import json
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.conversations import access, limits, selectors, services, shapes
from csassist.conversations.api import VisitorView
from csassist.core.json_types import JSONObject


class UnreadView(VisitorView):
    """One count over an index; a page that asks again with the ETag it has gets no body when nothing has changed."""

    @extend_schema(operation_id="conversations_unread", responses=shapes.UnreadShape)
    def get(self, request: Request) -> Response:
        counts = _unread(self.visitor(request))
        etag = f'"{hashlib.sha256(json.dumps(counts, sort_keys=True).encode()).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie, Origin"}
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304, headers=headers)
        return Response(counts, headers=headers)


class ReadView(VisitorView):
    @extend_schema_serializer(component_name="ReadInput")
    class Input(serializers.Serializer[None]):
        message = serializers.UUIDField(help_text="The newest message that was shown.")

    @extend_schema(operation_id="conversations_mark_read", request=Input, responses=shapes.UnreadShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        visitor = self.visitor(request)
        conversation = access.conversation_for(visitor, public_id)
        seen = self.Input(data=request.data)
        seen.is_valid(raise_exception=True)
        limits.spend_read_mark(visitor.limit_key)
        message = access.message_for(visitor, seen.validated_data["message"])
        services.mark_read(conversation=conversation, message=message)
        return Response(_unread(visitor))


def _unread(visitor: access.Visitor) -> JSONObject:
    return shapes.unread_json(selectors.unread_counts(access.conversations_of(visitor)))
