"""What staff add to a conversation for one another. None of it is ever part of what a customer can read."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import Team, User
from csassist.conversations.models.dialogue import Conversation


class Note(models.Model):
    """An internal note. A row of its own, not a message with a flag, so that no list of messages can leak it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="notes", verbose_name=_("conversation")
    )
    # None for what the system notes, such as a conversation that went back to the queue.
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("author"))
    text = models.TextField(_("note"))
    mentions = models.ManyToManyField(User, blank=True, related_name="+", verbose_name=_("mentions"))
    client_key = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "client_key"], condition=~Q(client_key=""), name="note_client_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.author or '-'} {self.created_at:%Y-%m-%d %H:%M}"


class Tag(models.Model):
    """A word that staff sort conversations by."""

    name = models.CharField(_("name"), max_length=40, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name


class Macro(models.Model):
    """
    A saved reply with what goes along with it. `text` may hold `{{name}}`, the customer's name, and `{{agent}}`.

    One language each: an agent is offered those of the customer's.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=80)
    language = models.CharField(
        _("language"), max_length=8, choices=[("en", _("English")), ("zh", _("Chinese"))], default="en"
    )
    text = models.TextField(_("text"), max_length=4_000)
    tag = models.ForeignKey(
        Tag, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("adds the tag")
    )
    closes = models.BooleanField(_("closes the conversation"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["title", "language"]
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        constraints = [models.UniqueConstraint(fields=["title", "language"], name="macro_title_once")]

    def __str__(self) -> str:
        return self.title


class SavedFilter(models.Model):
    """A view of the inbox under a name. `query` is its query string; one without a user is everybody's."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("query"), max_length=500)

    class Meta:
        ordering = ["name"]
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")

    def __str__(self) -> str:
        return self.name


class Seen(models.Model):
    """How far one member of staff has read a conversation, and whether they have it open or write in it now."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="seen")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    read_through_id = models.PositiveBigIntegerField(default=0)
    open_until = models.DateTimeField(default=timezone.now)
    writing_until = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="seen_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.conversation_id}"


class ConsoleEventQuerySet(models.QuerySet["ConsoleEvent"]):
    def about(self, conversation: Conversation) -> Self:
        return self.filter(conversation=conversation)


class ConsoleEvent(models.Model):
    """
    That something changed which consoles show. It carries no content: a page that cares asks for the part anew.

    Numbers may become visible out of order where several writers commit at once; `console_stream` reads with overlap.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        OWNER = "owner", _("Owner")
        DRAFT = "draft", _("Draft")
        NOTE = "note", _("Note")
        PEOPLE = "people", _("Who looks at it")
        ABOUT = "about", _("Tags and the like")
        ALERT = "alert", _("Staff are told of it")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="console_events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # Who caused it, so that their own page need not announce it; None for customers and the assistant. Of an alert:
    # whom it is for; None when it may be for anybody.
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    objects = ConsoleEventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.conversation_id}"


class Survey(models.Model):
    """
    The question how it went, asked once after an episode was closed. `score` is 1-5; None while it is unanswered.

    `resolved` is the customer's own answer to whether the matter is settled.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    episode = models.OneToOneField(
        "Episode", on_delete=models.CASCADE, related_name="survey", verbose_name=_("episode")
    )
    # Whom the score is about: the last person who answered; None when it was the assistant alone.
    agent = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agent")
    )
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    resolved = models.BooleanField(_("settled"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False, db_index=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    # When it is decided whether to ask by e-mail; None once that is decided.
    mail_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Whom it was mailed to, so that a refusal can still stop it.
    mail_address_digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["mail_at"], condition=Q(mail_at__isnull=False), name="survey_mail_due")]
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(1, 5)), name="survey_score_in_range")
        ]

    def __str__(self) -> str:
        return f"{self.score or '-'} {self.asked_at:%Y-%m-%d %H:%M}"
