"""What agents do, for their programs: take, answer, note, hand back, close, and decide on drafts."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from csassist.accounts.models import ApiKey
from csassist.assistant import agent_acts, drafts
from csassist.assistant.api import validated
from csassist.assistant.draft_citations import unpacked
from csassist.assistant.models import Draft
from csassist.conversations import selectors, services, shapes
from csassist.conversations.events import citation_payloads, message_payload
from csassist.conversations.models import Conversation, Note
from csassist.conversations.services import Written
from csassist.conversations.staff_api import staff_user
from csassist.core.errors import NotFound
from csassist.core.json_types import JSONObject
from csassist.rest.fields import FreeText
from csassist.rest.pagination import PAGE_PARAMETERS, page_of, page_schema

SCOPES: dict[str, str] = {"*": ApiKey.Scope.CONVERSATIONS_WRITE}
OWNER_HELP = "The owner your page showed, as `owner` of the conversation: refused when it has changed. Empty: whoever."


class OwnerShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(Conversation.Status.choices)
    owner_kind = serializers.ChoiceField(Conversation.OwnerKind.choices)
    owner = serializers.CharField(help_text="Send it back as `seen_owner`.")
    owner_name = serializers.CharField()


class DraftShape(serializers.Serializer[Draft]):
    id = serializers.UUIDField()
    conversation = serializers.UUIDField()
    state = serializers.ChoiceField(Draft.State.choices)
    version = serializers.IntegerField(help_text="Name it when you decide.")
    text = serializers.CharField(help_text="As the assistant wrote it.")
    edited_text = serializers.CharField(allow_blank=True)
    language = serializers.CharField()
    topic = serializers.CharField(allow_blank=True)
    support = serializers.FloatField(help_text="Probability, 0-1, that the sources answer the question.")
    weak = serializers.ListField(child=serializers.IntegerField(), help_text="Sentences with little support, from 0.")
    citations = shapes.CitationShape(many=True)
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class OwnerInput(serializers.Serializer[None]):
    seen_owner = serializers.CharField(required=False, allow_blank=True, default="", help_text=OWNER_HELP)


class ActView(APIView):
    """One act on one conversation."""

    scopes: ClassVar = SCOPES
    permissions_needed: ClassVar = {"*": "conversations.change_conversation"}


class TakeView(ActView):
    @extend_schema(operation_id="staff_conversations_take", request=OwnerInput, responses=OwnerShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        sent = validated(OwnerInput, request)
        conversation = selectors.staff_conversation(public_id)
        taken = agent_acts.agent_take(conversation=conversation, agent=staff_user(request), **sent)
        return Response(owner_json(taken))


class HandBackView(ActView):
    @extend_schema(operation_id="staff_conversations_hand_back", request=OwnerInput, responses=OwnerShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        sent = validated(OwnerInput, request)
        conversation = selectors.staff_conversation(public_id)
        given = agent_acts.hand_back(conversation=conversation, by=staff_user(request), **sent)
        return Response(owner_json(given))


class CloseView(ActView):
    @extend_schema(operation_id="staff_conversations_close", request=None, responses=OwnerShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        """End the episode; the customer is asked how it went. Closing twice changes nothing."""
        services.close(conversation=selectors.staff_conversation(public_id), by=staff_user(request))
        return Response(owner_json(selectors.staff_conversation(public_id)))


class ReplyView(ActView):
    @extend_schema_serializer(component_name="AgentReplyInput")
    class Input(OwnerInput):
        text = FreeText()
        client_key = serializers.CharField(required=False, allow_blank=True, max_length=64, default="")
        closes = serializers.BooleanField(required=False, default=False)

    @extend_schema(operation_id="staff_conversations_reply", request=Input, responses=shapes.MessageShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Answer as an agent, who owns the conversation from then on. The same `client_key` sends it once."""
        written = Written(**validated(self.Input, request))
        conversation = selectors.staff_conversation(public_id)
        message, is_new = agent_acts.agent_reply(conversation=conversation, agent=staff_user(request), written=written)
        return Response({**message_payload(message), "feedback": None}, status=201 if is_new else 200)


class NotesView(ActView):
    permissions_needed: ClassVar = {
        "GET": "conversations.view_conversation",
        "POST": "conversations.change_conversation",
    }
    scopes: ClassVar = {"GET": ApiKey.Scope.CONVERSATIONS_READ, "POST": ApiKey.Scope.CONVERSATIONS_WRITE}

    class Shape(serializers.Serializer[Note]):
        id = serializers.UUIDField()
        author = serializers.CharField(allow_blank=True, help_text="Blank for what the system noted.")
        text = serializers.CharField()
        created_at = serializers.DateTimeField()

    class Input(serializers.Serializer[None]):
        text = FreeText()
        client_key = serializers.CharField(required=False, allow_blank=True, max_length=64, default="")

    @extend_schema(
        operation_id="staff_conversations_notes_list",
        parameters=PAGE_PARAMETERS,
        responses=page_schema("NotePage", Shape),
    )
    def get(self, request: Request, public_id: UUID) -> Response:
        notes = selectors.staff_conversation(public_id).notes.select_related("author").order_by("id")
        return page_of(request, notes, note_json)

    @extend_schema(operation_id="staff_conversations_notes_add", request=Input, responses={201: Shape, 200: Shape})
    def post(self, request: Request, public_id: UUID) -> Response:
        """Leave a note that only staff can read; `@username` mentions a colleague."""
        sent = validated(self.Input, request)
        conversation = selectors.staff_conversation(public_id)
        note, is_new = services.write_note(conversation=conversation, author=staff_user(request), **sent)
        return Response(note_json(note), status=201 if is_new else 200)


class DraftsView(APIView):
    scopes: ClassVar = {"*": ApiKey.Scope.CONVERSATIONS_READ}
    permissions_needed: ClassVar = {"*": "assistant.view_draft"}

    @extend_schema(
        operation_id="staff_drafts_list",
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("conversation", str)],
        responses=page_schema("DraftPage", DraftShape),
    )
    def get(self, request: Request) -> Response:
        """The drafts that wait for a decision, the oldest first."""
        rows = Draft.objects.waiting().select_related("conversation")
        if of := request.query_params.get("conversation", ""):
            rows = rows.filter(conversation=selectors.staff_conversation(uuid_of(of)))
        return page_of(request, rows, draft_json)


class DraftActView(APIView):
    """A decision on one draft. 409 says what has changed since it was shown."""

    scopes: ClassVar = SCOPES
    permissions_needed: ClassVar = {"*": "assistant.decide_draft"}


class DraftVersionInput(serializers.Serializer[None]):
    version = serializers.IntegerField(min_value=1, help_text="The version you saw.")


class ApproveView(DraftActView):
    @extend_schema_serializer(component_name="DraftApprovalInput")
    class Input(DraftVersionInput):
        text = FreeText(required=False, allow_blank=True, default="", help_text="To send it in other words.")
        closes = serializers.BooleanField(required=False, default=False)

    @extend_schema(operation_id="staff_drafts_approve", request=Input, responses=DraftShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Send it to the customer."""
        sent = validated(self.Input, request)
        draft, by = draft_of(public_id), staff_user(request)
        drafts.approve_draft(
            draft=draft, by=by, version=sent["version"], text=sent["text"] or None, closes=sent["closes"]
        )
        return Response(draft_json(draft_of(public_id)))


class EditView(DraftActView):
    @extend_schema_serializer(component_name="DraftEditInput")
    class Input(DraftVersionInput):
        text = FreeText()

    @extend_schema(operation_id="staff_drafts_edit", request=Input, responses=DraftShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Keep another wording; its version rises."""
        sent = validated(self.Input, request)
        return Response(draft_json(drafts.edit_draft(draft=draft_of(public_id), by=staff_user(request), **sent)))


class RejectView(DraftActView):
    @extend_schema_serializer(component_name="DraftRejectionInput")
    class Input(DraftVersionInput):
        reason = serializers.ChoiceField(Draft.Rejection.choices)
        comment = FreeText(required=False, allow_blank=True, default="")

    @extend_schema(operation_id="staff_drafts_reject", request=Input, responses=DraftShape)
    def post(self, request: Request, public_id: UUID) -> Response:
        """Refuse it; the conversation is yours from then on."""
        sent = validated(self.Input, request)
        return Response(draft_json(drafts.reject_draft(draft=draft_of(public_id), by=staff_user(request), **sent)))


def draft_of(public_id: UUID) -> Draft:
    draft = Draft.objects.select_related("conversation", "run").filter(public_id=public_id).first()
    if draft is None:
        raise NotFound(_("This draft does not exist."))
    return draft


def uuid_of(text: str) -> UUID:
    """Raises NotFound for what is no id: nothing has it."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(_("This conversation does not exist.")) from error


def owner_json(conversation: Conversation) -> JSONObject:
    return {
        "id": str(conversation.public_id),
        "status": conversation.status,
        "owner_kind": conversation.owner_kind,
        "owner": services.owner_mark(conversation),
        "owner_name": services.owner_in_words(conversation),
    }


def note_json(note: Note) -> JSONObject:
    return {
        "id": str(note.public_id),
        "author": note.author.username if note.author else "",
        "text": note.text,
        "created_at": note.created_at.isoformat(),
    }


def draft_json(draft: Draft) -> JSONObject:
    plain = ("state", "version", "text", "edited_text", "language", "topic", "support", "weak", "reason")
    return {
        "id": str(draft.public_id),
        "conversation": str(draft.conversation.public_id),
        **{name: getattr(draft, name) for name in plain},
        "citations": citation_payloads(unpacked(draft.citations)),
        "created_at": draft.created_at.isoformat(),
    }
