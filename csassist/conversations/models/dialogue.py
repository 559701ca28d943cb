"""
Conversations, their messages and the events that carry both to open pages.

Events of one conversation are numbered without gaps: the number is taken under the lock of the conversation's row, so
whoever sees number N committed can also see every number before it.
"""

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import ApiKey, Team, User
from csassist.customers.models import Customer

if TYPE_CHECKING:
    from csassist.conversations.models.teamwork import Tag


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def mentioning(self, words: str) -> Self:
        """Conversations in which some message holds `words`, whatever their case."""
        return self.filter(pk__in=Message.objects.filter(text__icontains=words).values("conversation_id"))


class Conversation(models.Model):
    """One customer's exchange with the assistant and the people behind it."""

    class Channel(models.TextChoices):
        WEB = "web", _("Chat page")
        API = "api", _("API")
        WIDGET = "widget", _("Widget")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        WAITING_FOR_PERSON = "waiting_for_person", _("Waiting for a person")
        CLOSED = "closed", _("Closed")

    class OwnerKind(models.TextChoices):
        ASSISTANT = "assistant", _("Assistant")
        PERSON = "person", _("Person")
        QUEUE = "queue", _("Queue")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="conversations", verbose_name=_("customer")
    )
    api_key = models.ForeignKey(
        ApiKey,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("API key"),
        help_text=_("The program that opened it; empty for a visitor's own."),
    )
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices, default=Channel.WEB)
    language = models.CharField(_("language"), max_length=8, default="en")
    about_document_id = models.UUIDField(
        _("asked about"),
        null=True,
        blank=True,
        help_text=_("The document that the customer was reading when the conversation began."),
    )
    status = models.CharField(_("status"), max_length=24, choices=Status.choices, default=Status.OPEN)
    # The owner: the assistant, one person, or the queue of a team (of everybody when there is none).
    owner_kind = models.CharField(_("owner"), max_length=16, choices=OwnerKind.choices, default=OwnerKind.ASSISTANT)
    owner_user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="conversations", verbose_name=_("assignee")
    )
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations", verbose_name=_("team")
    )
    # The oldest message of the customer that nobody has answered; None when nobody waits.
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True, editable=False)
    # When an assignee who stays silent loses it to the queue; None while no answer of theirs is due.
    return_at = models.DateTimeField(_("returns to the queue"), null=True, blank=True, editable=False, db_index=True)
    # When staff are told that the customer waits too long; None while nobody waits for a person, or once told.
    overdue_at = models.DateTimeField(null=True, editable=False)
    # When the customer was last known to be here: a stream of theirs was open, or they wrote.
    customer_here_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When replies that the customer has not seen are mailed; None while there are none.
    reply_mail_at = models.DateTimeField(null=True, blank=True, editable=False)
    mood = models.CharField(_("mood"), max_length=12, blank=True, editable=False)
    tags: "models.ManyToManyField[Tag, models.Model]" = models.ManyToManyField(
        "Tag", blank=True, related_name="conversations", verbose_name=_("tags")
    )
    last_event_seq = models.PositiveIntegerField(default=0, editable=False)
    # The number of the newest message that the customer has seen; the answers above it are unread.
    read_through_id = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last active"), default=timezone.now, editable=False, db_index=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_kind="person", owner_user__isnull=False)
                | (~Q(owner_kind="person") & Q(owner_user__isnull=True)),
                name="conversation_one_owner",
            )
        ]
        indexes = [
            models.Index(fields=["owner_user", "status", "-updated_at"], name="inbox_mine"),
            models.Index(fields=["owner_kind", "status", "-updated_at"], name="inbox_queue"),
            models.Index(fields=["team", "status", "-updated_at"], name="inbox_team"),
            models.Index(fields=["status", "-updated_at", "-id"], name="inbox_all"),
            models.Index(fields=["reply_mail_at"], condition=Q(reply_mail_at__isnull=False), name="reply_mail_due"),
            models.Index(fields=["waiting_since"], condition=Q(waiting_since__isnull=False), name="inbox_waiting"),
            models.Index(fields=["overdue_at"], condition=Q(overdue_at__isnull=False), name="conversation_overdue"),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {str(self.public_id)[:8]}"

    @property
    def is_assistants(self) -> bool:
        return self.owner_kind == self.OwnerKind.ASSISTANT


class Episode(models.Model):
    """
    From a customer's message in a new or closed conversation to its close. What was said before never counts in it.

    `closed_by` is "customer", "assistant", "agent" or "system"; blank while it goes on.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="episodes", verbose_name=_("conversation")
    )
    number = models.PositiveIntegerField(_("number"))
    opened_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    closed_by = models.CharField(_("closed by"), max_length=16, blank=True, editable=False)
    closer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", editable=False)

    class Meta:
        ordering = ["conversation", "number"]
        verbose_name = _("episode")
        verbose_name_plural = _("episodes")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "number"], name="episode_number_once"),
            models.UniqueConstraint(fields=["conversation"], condition=Q(closed_at=None), name="episode_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}#{self.number}"


class Author(models.TextChoices):
    """Who wrote a message. The system tells what happened; it never answers."""

    CUSTOMER = "customer", _("Customer")
    ASSISTANT = "assistant", _("Assistant")
    AGENT = "agent", _("Agent")
    SYSTEM = "system", _("System")


class Message(models.Model):
    """
    One thing said.

    `client_key` is the sender's own name for a message: sending it twice stores it once. `run_id` is the assistant's
    run that wrote it, and one run leaves one reply.
    """

    class State(models.TextChoices):
        COMPLETE = "complete", _("Complete")
        INCOMPLETE = "incomplete", _("Cut off")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", verbose_name=_("conversation")
    )
    episode = models.ForeignKey(Episode, on_delete=models.CASCADE, related_name="messages", verbose_name=_("episode"))
    author = models.CharField(_("author"), max_length=16, choices=Author.choices)
    # Of the staff: who wrote an agent's message, or who let the assistant's draft go out.
    author_user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("written by")
    )
    text = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=8, default="en")
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.COMPLETE)
    client_key = models.CharField(max_length=64, blank=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=16, blank=True)
    run_id = models.UUIDField(_("run"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "client_key"], condition=~Q(client_key=""), name="message_client_key_once"
            ),
            models.UniqueConstraint(
                fields=["run_id"], condition=Q(author=Author.ASSISTANT), name="message_one_reply_per_run"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_author_display()} {self.created_at:%Y-%m-%d %H:%M}"


class ConversationEvent(models.Model):
    """One thing that an open page must show, in its place in the order. Payloads are listed in `events.py`."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=24)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["conversation", "seq"]
        constraints = [models.UniqueConstraint(fields=["conversation", "seq"], name="conversation_event_once")]

    def __str__(self) -> str:
        return f"{self.conversation_id}#{self.seq} {self.type}"
