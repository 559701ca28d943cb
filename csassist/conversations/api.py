"""
The customer's side of the API: open a conversation, read it, follow it, rate an answer.

Sending a message and asking for a person are not here, because they start a run of the assistant and hand over what it
knows, and the assistant stands above this app. The view that sends derives from `ConversationMessagesView`.
"""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.conversations import access, limits, selectors, services, shapes, stream
from csassist.conversations.authentication import IsVisitor, VisitorAuthentication
from csassist.conversations.models import Conversation, Feedback
from csassist.conversations.presence import watching
from csassist.core.errors import AppError, InvalidInput
from csassist.rest.errors import error_response
from csassist.rest.fields import FreeText
from csassist.rest.pagination import PAGE_PARAMETERS, page_of, page_schema
from csassist.rest.parsers import CustomerJSONParser
from csassist.rest.sse import event_stream

MOST_EVENT_SEQ = 2**31 - 1


class VisitorView(APIView):
    """A view for customers and the programs that ask in their place."""

    authentication_classes = [VisitorAuthentication]
    permission_classes = [IsVisitor]
    parser_classes = [CustomerJSONParser]

    def visitor(self, request: Request) -> access.Visitor:
        if not isinstance(request.auth, access.Visitor):
            raise NotAuthenticated
        return request.auth


class ConversationsView(VisitorView):
    @extend_schema_serializer(component_name="StartConversation")
    class Input(serializers.Serializer[None]):
        language = serializers.ChoiceField(services.LANGUAGES, default="en")
        channel = serializers.ChoiceField(Conversation.Channel.choices, required=False)
        about = serializers.UUIDField(
            allow_null=True, default=None, help_text="The document that the customer asks about, if it is one."
        )

    @extend_schema_serializer(component_name="StartedConversation")
    class Output(shapes.ConversationShape):
        visitor_token = serializers.CharField(allow_null=True, help_text="Null for a program with an API key.")

    def get_permissions(self) -> list[AllowAny | IsVisitor]:
        # Opening a conversation is how somebody becomes a visitor.
        return [AllowAny()] if self.request.method == "POST" else [IsVisitor()]

    @extend_schema(
        operation_id="conversations_list",
        parameters=PAGE_PARAMETERS,
        responses=page_schema("ConversationPage", shapes.ConversationShape),
    )
    def get(self, request: Request) -> Response:
        rows = selectors.with_title(access.conversations_of(self.visitor(request)))
        return page_of(request, rows, shapes.conversation_json)

    @extend_schema(operation_id="conversations_start", request=Input, responses={201: Output})
    def post(self, request: Request) -> Response:
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        limits.spend_write(request._request)
        visitor = self.visitor(request) if request.auth else access.new_visitor()
        conversation = services.start_conversation(
            customer=visitor.ensure_customer(language=wanted.validated_data["language"]),
            channel=wanted.validated_data.get("channel", visitor.usual_channel),
            language=wanted.validated_data["language"],
            api_key=visitor.api_key,
            about_document_id=wanted.validated_data["about"],
        )
        token = access.token_of(visitor)
        response = Response({**shapes.conversation_json(conversation), "visitor_token": token}, status=201)
        # A page of another site could not send the cookie back; it keeps the token.
        if token is not None and visitor.uses_cookie and conversation.channel != Conversation.Channel.WIDGET:
            access.set_visitor_cookie(response, token)
        return response


class ConversationView(VisitorView):
    @extend_schema(operation_id="conversations_read", responses=shapes.ConversationShape)
    def get(self, request: Request, public_id: UUID) -> Response:
        rows = selectors.with_title(access.conversations_of(self.visitor(request)))
        return Response(shapes.conversation_json(access.one_of(rows, public_id)))


class ConversationMessagesView(VisitorView):
    @extend_schema(
        operation_id="conversations_messages_list",
        parameters=PAGE_PARAMETERS,
        responses=page_schema("MessagePage", shapes.MessageShape),
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        conversation = access.conversation_for(self.visitor(request), public_id)
        return page_of(request, selectors.messages_of(conversation), shapes.message_json)


class FeedbackView(VisitorView):
    @extend_schema_serializer(component_name="FeedbackInput")
    class Input(serializers.Serializer[None]):
        rating = serializers.ChoiceField(Feedback.Rating.choices)
        reason = serializers.ChoiceField(Feedback.Reason.choices, allow_blank=True, default="")
        comment = FreeText(allow_blank=True, default="")

    @extend_schema(operation_id="messages_rate", request=Input, responses=shapes.FeedbackShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        message = access.message_for(self.visitor(request), public_id)
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        limits.spend_write(request._request)
        return Response(shapes.feedback_json(services.rate_message(message=message, **wanted.validated_data)))


@require_GET
async def conversation_events(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The stream of one conversation, after the number in Last-Event-ID or `?after=`, until the client leaves."""
    try:
        conversation, visitor = await access.stream_of_request(request, public_id)
        after_seq = event_seq(request.headers.get("Last-Event-ID") or request.GET.get("after") or "0")
    except AppError as error:
        return error_response(error)
    return event_stream(stream.follow(conversation.pk, after_seq), may_go_on=watching(visitor, conversation))


def event_seq(text: str) -> int:
    """The event number in a header or query. Raises InvalidInput."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MOST_EVENT_SEQ):
        raise InvalidInput(_("The number of the last event must be a whole number."), field="after")
    return int(text)
