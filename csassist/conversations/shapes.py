"""What the API says about conversations: the JSON, and beside each shape its description for the OpenAPI document."""

from collections.abc import Mapping
from uuid import UUID

from rest_framework import serializers

from csassist.conversations.events import message_payload
from csassist.conversations.models import Attachment, Author, Conversation, Feedback, Message, PersonRequest
from csassist.core.json_types import JSONObject

TITLE_MAX_CHARACTERS = 80


class ConversationShape(serializers.Serializer[Conversation]):
    id = serializers.UUIDField()
    title = serializers.CharField(help_text="The beginning of the first question; empty before it.")
    language = serializers.ChoiceField(["en", "zh"])
    channel = serializers.ChoiceField(Conversation.Channel.choices)
    status = serializers.ChoiceField(Conversation.Status.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    unread = serializers.IntegerField(help_text="Answers that the customer has not seen.")


def conversation_json(conversation: Conversation) -> JSONObject:
    """Wants a row of `selectors.with_title`."""
    return {
        "id": str(conversation.public_id),
        "title": short_title(getattr(conversation, "first_question", None) or ""),
        "language": conversation.language,
        "channel": conversation.channel,
        "status": conversation.status,
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
        "unread": getattr(conversation, "unread_count", None) or 0,
    }


class StaffConversationShape(ConversationShape):
    owner_kind = serializers.ChoiceField(Conversation.OwnerKind.choices)
    customer = serializers.UUIDField()
    customer_name = serializers.CharField(allow_blank=True)
    messages_count = serializers.IntegerField()


def staff_conversation_json(conversation: Conversation) -> JSONObject:
    """Wants a row of `selectors.all_conversations`."""
    return {
        **conversation_json(conversation),
        "owner_kind": conversation.owner_kind,
        "customer": str(conversation.customer.public_id),
        "customer_name": conversation.customer.name,
        "messages_count": getattr(conversation, "messages_count", None) or 0,
    }


def short_title(question: str) -> str:
    words = " ".join(question.split())
    return words if len(words) <= TITLE_MAX_CHARACTERS else words[: TITLE_MAX_CHARACTERS - 1].rstrip() + "…"


class CitationShape(serializers.Serializer[object]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    heading = serializers.CharField()
    version = serializers.IntegerField()
    quote = serializers.CharField(help_text="Word for word from the source.")


class FeedbackShape(serializers.Serializer[Feedback]):
    rating = serializers.ChoiceField(Feedback.Rating.choices)
    reason = serializers.ChoiceField(Feedback.Reason.choices, allow_blank=True)
    comment = serializers.CharField(allow_blank=True)


class AttachmentShape(serializers.Serializer[Attachment]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Attachment.Kind.choices)
    bytes = serializers.IntegerField()


class UnreadShape(serializers.Serializer[Conversation]):
    unread = serializers.IntegerField(help_text="Answers that the customer has not seen, in all conversations.")
    conversations = serializers.DictField(child=serializers.IntegerField(), help_text="The same by conversation.")


def unread_json(counts: Mapping[UUID, int]) -> JSONObject:
    return {"unread": sum(counts.values()), "conversations": {str(one): count for one, count in counts.items()}}


class MessageShape(serializers.Serializer[Message]):
    id = serializers.UUIDField()
    author = serializers.ChoiceField(Author.choices)
    author_name = serializers.CharField(allow_blank=True, help_text="An agent's name; blank for everybody else.")
    text = serializers.CharField()
    html = serializers.CharField(help_text="The text rendered, safe to insert into a page.")
    language = serializers.CharField()
    state = serializers.ChoiceField(Message.State.choices)
    outcome = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    client_key = serializers.CharField(allow_blank=True)
    citations = CitationShape(many=True)
    attachments = AttachmentShape(many=True)
    feedback = FeedbackShape(allow_null=True)


def message_json(message: Message) -> JSONObject:
    """Wants a row of `selectors.messages_of`."""
    payload = message_payload(message, citations=message.citations.all(), attachments=message.attachments.all())
    return {**payload, "feedback": _feedback_json(message)}


def feedback_json(feedback: Feedback) -> JSONObject:
    return {"rating": feedback.rating, "reason": feedback.reason, "comment": feedback.comment}


def _feedback_json(message: Message) -> JSONObject | None:
    feedback: Feedback | None = getattr(message, "feedback", None)
    return None if feedback is None else feedback_json(feedback)


class PersonRequestShape(serializers.Serializer[PersonRequest]):
    id = serializers.UUIDField()
    conversation = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True)
    contact = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(PersonRequest.State.choices)
    created_at = serializers.DateTimeField()
    handled_at = serializers.DateTimeField(allow_null=True)
    last_question = serializers.CharField(allow_null=True)


def person_request_json(request: PersonRequest) -> JSONObject:
    """Wants a row of `selectors.people_waiting`."""
    return {
        "id": str(request.public_id),
        "conversation": str(request.conversation.public_id),
        "name": request.name,
        "contact": request.contact,
        "note": request.note,
        "state": request.state,
        "created_at": request.created_at.isoformat(),
        "handled_at": request.handled_at.isoformat() if request.handled_at else None,
        "last_question": getattr(request, "last_question", None),
    }
