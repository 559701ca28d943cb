"""All that changes a conversation: each service is one transaction, and tells the open pages what it changed."""

from csassist.conversations.services.attachments import attach_file, prune_attachments, remove_unused
from csassist.conversations.services.messages import (
    LANGUAGES,
    lock,
    post_reply,
    publish_event,
    rate_message,
    receive_message,
    start_conversation,
)
from csassist.conversations.services.people import ask_for_person, close, mark_done
from csassist.conversations.services.reading import mark_read
from csassist.conversations.services.signing_in import sign_customer_in

__all__ = [
    "LANGUAGES",
    "ask_for_person",
    "attach_file",
    "close",
    "lock",
    "mark_done",
    "mark_read",
    "post_reply",
    "prune_attachments",
    "publish_event",
    "rate_message",
    "receive_message",
    "remove_unused",
    "sign_customer_in",
    "start_conversation",
]
