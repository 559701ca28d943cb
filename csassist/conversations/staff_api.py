"""The staff's side of the API: every conversation and everyone who waits for a person."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.accounts.models import ApiKey, User
from csassist.conversations import selectors, services, shapes
from csassist.conversations.downloads import download
from csassist.conversations.models import Conversation, PersonRequest
from csassist.core.errors import InvalidInput
from csassist.rest.pagination import PAGE_PARAMETERS, page_of, page_schema

WORDS_MAX_CHARACTERS = 200


class StaffConversationsView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.CONVERSATIONS_READ}
    permissions_needed: ClassVar = {"*": "conversations.view_conversation"}

    @extend_schema(
        operation_id="staff_conversations_list",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("q", str, description="Only conversations with these words in a message."),
            OpenApiParameter("status", str, enum=Conversation.Status.values),
        ],
        responses=page_schema("StaffConversationPage", shapes.StaffConversationShape),
    )
    def get(self, request: Request) -> Response:
        words = request.query_params.get("q", "").strip()[:WORDS_MAX_CHARACTERS]
        status = _choice(request, "status", Conversation.Status.values)
        rows = selectors.all_conversations(words=words, status=status)
        return page_of(request, rows, shapes.staff_conversation_json)


class StaffMessagesView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.CONVERSATIONS_READ}
    permissions_needed: ClassVar = {"*": "conversations.view_message"}

    @extend_schema(
        operation_id="staff_conversations_messages_list",
        parameters=PAGE_PARAMETERS,
        responses=page_schema("StaffMessagePage", shapes.MessageShape),
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        conversation = selectors.staff_conversation(public_id)
        return page_of(request, selectors.messages_of(conversation), shapes.message_json)


class StaffAttachmentView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.CONVERSATIONS_READ}
    permissions_needed: ClassVar = {"*": "conversations.view_attachment"}

    @extend_schema(
        operation_id="staff_attachments_download", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        return download(selectors.staff_attachment(public_id))


class PersonRequestsView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.CONVERSATIONS_READ}
    permissions_needed: ClassVar = {"*": "conversations.view_personrequest"}

    @extend_schema(
        operation_id="staff_person_requests_list",
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("state", str, enum=PersonRequest.State.values)],
        responses=page_schema("PersonRequestPage", shapes.PersonRequestShape),
    )
    def get(self, request: Request) -> Response:
        rows = selectors.people_waiting()
        if state := _choice(request, "state", PersonRequest.State.values):
            rows = rows.filter(state=state)
        return page_of(request, rows, shapes.person_request_json)


class PersonRequestDoneView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.CONVERSATIONS_WRITE}
    permissions_needed: ClassVar = {"*": "conversations.change_personrequest"}

    @extend_schema(operation_id="staff_person_requests_done", request=None, responses=shapes.PersonRequestShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        waiting = selectors.person_request(public_id)
        services.mark_done(request=waiting, handled_by=staff_user(request))
        return Response(shapes.person_request_json(selectors.person_request(public_id)))


def staff_user(request: Request) -> User:
    """Who acts: the signed-in user, or the one who made the API key."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def _choice(request: Request, name: str, choices: list[str]) -> str:
    """The value of a query parameter, or nothing. Raises InvalidInput."""
    value = request.query_params.get(name, "")
    if value and value not in choices:
        raise InvalidInput(_("Unknown value for %(name)s.") % {"name": name}, field=name, choices=choices)
    return value
