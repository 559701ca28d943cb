"""Reads that span models: lists with titles, transcripts with their sources, people waiting."""

from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext as _

from csassist.conversations.models import Attachment, Author, Conversation, Message, PersonRequest
from csassist.core.errors import NotFound

TITLE_SOURCE_CHARACTERS = 200


def with_title(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """
    Adds `first_question`: the beginning of what the customer wrote first, else the name of the first file, else None;
    and `unread_count`, None for none.
    """
    written = Message.objects.filter(conversation=OuterRef("pk"), author=Author.CUSTOMER).exclude(text="")
    words = written.order_by("id").annotate(words=Left("text", TITLE_SOURCE_CHARACTERS)).values("words")[:1]
    files = Attachment.objects.filter(conversation=OuterRef("pk"), message__isnull=False).order_by("id")
    unread = _unread().filter(conversation=OuterRef("pk")).order_by().values("conversation")
    return conversations.annotate(
        first_question=Coalesce(Subquery(words), Subquery(files.values("name")[:1])),
        unread_count=Subquery(unread.annotate(count=Count("pk")).values("count")),
    )


def unread_counts(conversations: QuerySet[Conversation]) -> dict[UUID, int]:
    """How many answers the customer has not seen, by conversation; only those with any."""
    rows = _unread().filter(conversation__in=conversations).order_by().values_list("conversation__public_id")
    return dict(rows.annotate(count=Count("pk")))


def _unread() -> QuerySet[Message]:
    """Answers above the mark of what was seen. Notices of the system are not answers."""
    return Message.objects.filter(
        author__in=[Author.ASSISTANT, Author.AGENT], pk__gt=F("conversation__read_through_id")
    )


def messages_of(conversation: Conversation) -> QuerySet[Message]:
    """The transcript, oldest first, with citations, files and feedback loaded."""
    told = conversation.messages.select_related("feedback", "author_user")
    return told.prefetch_related("citations", "attachments").order_by("id")


def all_conversations(*, words: str = "", status: str = "") -> QuerySet[Conversation]:
    """For staff: with title and `messages_count`; only those with `words` in a message, if given."""
    rows = Conversation.objects.select_related("customer")
    if words:
        rows = rows.mentioning(words)
    if status:
        rows = rows.filter(status=status)
    counts = Message.objects.filter(conversation=OuterRef("pk")).order_by().values("conversation")
    counted = rows.annotate(messages_count=Subquery(counts.annotate(count=Count("pk")).values("count")))
    return with_title(counted).order_by("-updated_at", "-id")


def staff_conversation(public_id: UUID) -> Conversation:
    conversation = Conversation.objects.filter(public_id=public_id).first()
    if conversation is None:
        raise NotFound(_("This conversation does not exist."))
    return conversation


def people_waiting() -> QuerySet[PersonRequest]:
    """Every request, open ones first and the oldest of them first, with what the customer wrote last."""
    return PersonRequest.objects.select_related("conversation").with_last_question().longest_waiting_first()


def person_request(public_id: UUID) -> PersonRequest:
    found = people_waiting().filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("This request does not exist."))
    return found


def staff_attachment(public_id: UUID) -> Attachment:
    attachment = Attachment.objects.filter(public_id=public_id).first()
    if attachment is None:
        raise NotFound(_("This attachment does not exist."))
    return attachment
