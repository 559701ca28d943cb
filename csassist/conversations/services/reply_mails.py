"""
Replies by e-mail: a colleague has answered, and the customer has left before they could see it.

Each reply sets a time (`Conversation.reply_mail_at`). When it has come, one transaction looks at what holds then and
either puts one mail into the outbox, waits on, or lets it be. Whoever dies before the commit has decided nothing; two
who decide at once meet at the lock, and the key of the effect allows one mail for a message in any case.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from csassist.audit.services import record
from csassist.conversations import mail_links
from csassist.conversations.customer_letters import RepliesToMail, replies_letter
from csassist.conversations.mail_address import MailAddress, mail_address_of
from csassist.conversations.mail_decision import NEWS_FOR, ReplyFacts, decide_reply
from csassist.conversations.models import Author, ConsoleEvent, Conversation, Message, ReplyMail
from csassist.conversations.services.announcing import announce
from csassist.conversations.services.messages import lock
from csassist.core.errors import NotFound
from csassist.core.logs import emit
from csassist.delivery.models import Delivery, Purpose
from csassist.delivery.services import NewDelivery, enqueue
from csassist.delivery.states import OVER

AT_ONCE_COUNT = 100
# One mail carries this many replies, the newest; more is read in the conversation.
MOST_REPLIES_COUNT = 10
A_DAY = timedelta(days=1)


def mail_replies() -> int:
    """Decide about every conversation whose time has come, and tell consoles what became of mails; how many changed."""
    due = Conversation.objects.filter(reply_mail_at__lte=timezone.now()).order_by("reply_mail_at")
    decided = sum(decide_one(conversation=conversation) for conversation in due[:AT_ONCE_COUNT])
    return decided + settle_mails()


@transaction.atomic
def decide_one(*, conversation: Conversation) -> bool:
    """Mail the replies that the customer has not seen, wait, or let it be. False when it was not due any more."""
    now = timezone.now()
    try:
        locked = lock(conversation)
    except NotFound:  # erased meanwhile
        return False
    if locked.reply_mail_at is None or locked.reply_mail_at > now:
        return False
    address = mail_address_of(locked)
    unseen = unseen_replies(locked, now=now)
    verdict = decide_reply(_facts(locked, unseen, address, now))
    if verdict.act == "mail" and address is not None:
        _mail(locked, unseen, address)
    locked.reply_mail_at = verdict.until
    locked.save(update_fields=["reply_mail_at"])
    if verdict.act != "wait":
        emit("reply_mail.decided", conversation=locked.public_id, act=verdict.act, reason=verdict.reason)
    return True


@transaction.atomic
def settle_mails() -> int:
    """Tell open consoles that a mail has been sent, or was not; how many."""
    over = Delivery.objects.filter(pk=OuterRef("delivery_id"), state__in=OVER)
    count = 0
    for mail in ReplyMail.objects.filter(Exists(over), settled_at=None)[:AT_ONCE_COUNT]:
        if ReplyMail.objects.filter(pk=mail.pk, settled_at=None).update(settled_at=timezone.now()):
            announce(mail.conversation_id, ConsoleEvent.Kind.MESSAGE)
            count += 1
    return count


def unseen_replies(conversation: Conversation, *, now: datetime) -> list[Message]:
    """
    What people wrote or let go out that the customer has neither seen nor been mailed, oldest first. Who has written
    since has seen it.
    """
    newest_mail = conversation.reply_mails.order_by("-message_id").first()
    written = conversation.messages.filter(author=Author.CUSTOMER).order_by("-id").values_list("pk", flat=True)
    mailed_id = newest_mail.message_id if newest_mail is not None else 0
    after_id = max(conversation.read_through_id, mailed_id, written.first() or 0)
    replies = conversation.messages.filter(author__in=[Author.ASSISTANT, Author.AGENT], author_user__isnull=False)
    fresh = replies.filter(pk__gt=after_id, created_at__gt=now - NEWS_FOR)
    told = fresh.select_related("author_user").prefetch_related("attachments", "citations")
    return list(told.order_by("-id")[:MOST_REPLIES_COUNT])[::-1]


def _facts(conversation: Conversation, unseen: list[Message], address: MailAddress | None, now: datetime) -> ReplyFacts:
    sent_lately_count = 0
    if address is not None and not address.is_proven:
        lately = ReplyMail.objects.filter(address_digest=address.digest, created_at__gt=now - A_DAY)
        sent_lately_count = lately.count()
    return ReplyFacts(
        now=now,
        newest_at=unseen[-1].created_at if unseen else None,
        here_at=conversation.customer_here_at,
        absence=timedelta(seconds=settings.CSASSIST_REPLY_MAIL_AFTER_SECONDS),
        has_address=address is not None,
        is_proven=address is not None and address.is_proven,
        sent_lately_count=sent_lately_count,
    )


def _mail(conversation: Conversation, unseen: list[Message], address: MailAddress) -> None:
    """One mail with these replies, in the outbox and on record beside the newest of them."""
    newest = unseen[-1]
    replies = RepliesToMail(
        title=asked_in(newest),
        messages=unseen,
        address_of_conversation=mail_links.to_conversation(conversation, address),
    )
    delivery = enqueue(
        NewDelivery(
            channel="email",
            purpose=Purpose.SERVICE,
            recipient=address.address,
            content=replies_letter(replies, language=conversation.language),
            effect_key=f"reply:{conversation.public_id}:{newest.public_id}",
            language=conversation.language,
        )
    )
    mail = ReplyMail.objects.create(
        conversation=conversation,
        message=newest,
        delivery=delivery,
        masked_address=address.masked,
        address_digest=address.digest,
        is_proven=address.is_proven,
    )
    record("reply.mailed", mail, delivery=str(delivery.public_id), replies=len(unseen))
    announce(conversation.pk, ConsoleEvent.Kind.MESSAGE)


def asked_in(message: Message) -> str:
    """What the customer asked first in the matter of this message; empty for files alone."""
    asked = Message.objects.filter(episode_id=message.episode_id, author=Author.CUSTOMER).exclude(text="")
    return asked.order_by("id").values_list("text", flat=True).first() or ""
