"""Asking over HTTP, as JSON or as a stream, and opening a source."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from csassist.assistant import services
from csassist.assistant.handing_over import customer_asks_for_person
from csassist.assistant.models import AnswerTrace
from csassist.assistant.sources import source_of
from csassist.conversations import access, stream
from csassist.conversations.access import Visitor, citation_for, conversation_for
from csassist.conversations.api import ConversationMessagesView, VisitorView
from csassist.conversations.events import message_payload
from csassist.conversations.limits import spend_message, spend_write
from csassist.conversations.models import Conversation
from csassist.conversations.services import start_conversation
from csassist.rest.database_threads import in_database_thread
from csassist.rest.fields import FreeText
from csassist.rest.sse import ServerEvent, event_stream

LANGUAGES = ("en", "zh")


class MessageInput(serializers.Serializer[Any]):
    text = FreeText(allow_blank=True, help_text="May be empty when there are attachments.")
    client_key = serializers.CharField(required=False, allow_blank=True, default="")
    language = serializers.ChoiceField(LANGUAGES, required=False, allow_blank=True, default="")
    attachments = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=20, help_text="Ids of uploaded files."
    )


class PostedMessage(serializers.Serializer[Any]):
    message = serializers.JSONField(help_text="The stored message, as in the stream.")
    run = serializers.UUIDField(allow_null=True, help_text="The run that answers it; null while a person does.")


class MessagesView(ConversationMessagesView):
    """Read the messages, or send one; the answer arrives on the conversation's event stream."""

    @extend_schema(
        request=MessageInput, responses={202: PostedMessage, 200: PostedMessage}, operation_id="send_message"
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        visitor = self.visitor(request)
        conversation = conversation_for(visitor, public_id)
        sent = validated(MessageInput, request)
        spend_message(visitor.limit_key, request._request)
        attachment_ids = sent.pop("attachments")
        asked = services.ask(conversation=conversation, attachment_ids=attachment_ids, **sent)
        body = {
            "message": message_payload(asked.message, attachments=asked.message.attachments.all()),
            "run": str(asked.run.public_id) if asked.run else None,
        }
        return Response(body, status=202 if asked.is_new else 200)


class PersonView(VisitorView):
    """Ask for a person: whoever comes is given what was said and tried, as when the assistant hands over."""

    @extend_schema_serializer(component_name="PersonRequestInput")
    class Input(serializers.Serializer[Any]):
        name = FreeText(allow_blank=True, default="")
        contact = FreeText(allow_blank=True, default="")
        note = FreeText(allow_blank=True, default="")

    @extend_schema_serializer(component_name="PersonRequested")
    class Output(serializers.Serializer[Any]):
        status = serializers.ChoiceField(Conversation.Status.choices)
        requested_at = serializers.DateTimeField()

    @extend_schema(operation_id="conversations_ask_for_person", request=Input, responses={200: Output, 201: Output})
    def post(self, request: Request, public_id: UUID) -> Response:
        conversation = conversation_for(self.visitor(request), public_id)
        wanted = validated(self.Input, request)
        spend_write(request._request)
        waiting, is_new = customer_asks_for_person(conversation, **wanted)
        shape = {"status": Conversation.Status.WAITING_FOR_PERSON, "requested_at": waiting.created_at.isoformat()}
        return Response(shape, status=201 if is_new else 200)


class QuestionInput(serializers.Serializer[Any]):
    question = FreeText()
    conversation = serializers.UUIDField(required=False, allow_null=True, default=None)
    language = serializers.ChoiceField(LANGUAGES, required=False, allow_blank=True, default="")


class Answer(serializers.Serializer[Any]):
    conversation = serializers.UUIDField()
    visitor_token = serializers.CharField(allow_null=True, help_text="To go on; null for a program with an API key.")
    message = serializers.JSONField(allow_null=True, help_text="The answer with its citations.")
    outcome = serializers.ChoiceField(("send", "clarify", "hand_off"), allow_null=True)
    reason = serializers.CharField(allow_null=True)


class JsonOrStream(DefaultContentNegotiation):
    """`Accept: text/event-stream` is answered by the view itself; errors stay JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class AskView(VisitorView):
    """Ask one question and get the answer in this very request, as JSON or, by `Accept: text/event-stream`, live."""

    content_negotiation_class = JsonOrStream
    permission_classes = [AllowAny]  # as when opening a conversation: whoever asks becomes a visitor

    @extend_schema(
        request=QuestionInput,
        responses={200: Answer, (200, "text/event-stream"): OpenApiResponse(str, "The events of the answer.")},
        operation_id="ask",
    )
    def post(self, request: Request) -> HttpResponseBase:
        visitor = self.visitor(request) if request.auth else access.new_visitor()
        sent = validated(QuestionInput, request)
        spend_message(visitor.limit_key, request._request)
        conversation = _conversation(visitor, sent["conversation"], sent["language"])
        before = Conversation.objects.values_list("last_event_seq", flat=True).get(pk=conversation.pk)
        asked = services.ask(conversation=conversation, text=sent["question"], language=sent["language"])
        if "text/event-stream" in request.headers.get("Accept", ""):
            return _stream(conversation, before, asked)
        reply = services.wait_for_answer(asked)
        body = {
            "conversation": str(conversation.public_id),
            "visitor_token": access.token_of(visitor),
            "message": message_payload(reply, citations=reply.citations.all()) if reply else None,
            "outcome": reply.outcome if reply else None,
            "reason": AnswerTrace.objects.values_list("reason", flat=True).get(message=reply) if reply else None,
        }
        return Response(body)


class SourceView(VisitorView):
    """What a citation was taken from: the passage as it was shown and the section it stands in."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, operation_id="open_source")
    def get(self, request: Request, public_id: UUID) -> Response:
        return Response(source_of(citation_for(self.visitor(request), public_id)))


def validated(serializer_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The checked input. DRF's error becomes `invalid_input` naming the fields."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _conversation(visitor: Visitor, public_id: UUID | None, language: str) -> Conversation:
    if public_id is not None:
        return conversation_for(visitor, public_id)
    customer = visitor.ensure_customer(language=language or "en")
    return start_conversation(
        customer=customer, channel=Conversation.Channel.API, language=language or "en", api_key=visitor.api_key
    )


def _stream(conversation: Conversation, after_seq: int, asked: services.Asked) -> StreamingHttpResponse:
    """The conversation's events until the question is answered or a person has it."""
    question = str(asked.message.public_id)

    async def until_answered() -> AsyncIterator[ServerEvent]:
        async for event in stream.follow(conversation.pk, after_seq):
            yield event
            if event.type == "person_requested":
                return
            if event.type == "message" and event.payload["id"] == question and asked.run is None:
                return
            if event.type == "done":
                run = str(event.payload["run"])
                if await in_database_thread(services.has_read, run, asked.message):
                    return

    response = event_stream(until_answered())
    response.headers["X-Conversation"] = str(conversation.public_id)
    return response
