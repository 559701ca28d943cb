"""
The question how it went, by e-mail, for customers who had left when their matter was closed: once an episode.

It waits for the mail with the last answer, and it is never asked of who was asked in the chat, has answered, has come
back, or wants no such mails. Like replies it is decided at a due time in one transaction.
"""

from typing import Literal

from django.db import transaction
from django.utils import timezone

from csassist.audit.services import record
from csassist.conversations import mail_links
from csassist.conversations.customer_letters import survey_letter
from csassist.conversations.mail_address import MailAddress, mail_address_of
from csassist.conversations.mail_decision import SurveyFacts, decide_survey
from csassist.conversations.models import Author, Survey, SurveyRefusal
from csassist.conversations.services.messages import lock
from csassist.conversations.services.reply_mails import AT_ONCE_COUNT, asked_in
from csassist.core.errors import NotFound
from csassist.core.logs import emit
from csassist.delivery.models import Purpose
from csassist.delivery.services import NewDelivery, enqueue
from csassist.delivery.states import State

ON_ITS_WAY = {State.READY, State.SENDING, State.UNKNOWN}


def mail_surveys() -> int:
    """Decide about every survey whose time has come; how many."""
    due = Survey.objects.filter(mail_at__lte=timezone.now()).select_related("episode__conversation")
    return sum(decide_one(survey=survey) for survey in due.order_by("mail_at")[:AT_ONCE_COUNT])


@transaction.atomic
def decide_one(*, survey: Survey) -> bool:
    """Mail the survey, wait, or let it be. False when it was not due any more."""
    now = timezone.now()
    try:
        conversation = lock(survey.episode.conversation)
    except NotFound:  # erased meanwhile
        return False
    locked = Survey.objects.select_for_update().select_related("episode__conversation").get(pk=survey.pk)
    if locked.mail_at is None or locked.mail_at > now:
        return False
    address = mail_address_of(conversation)
    is_refused = address is not None and SurveyRefusal.objects.filter(address_digest=address.digest).exists()
    verdict = decide_survey(
        SurveyFacts(
            now=now,
            asked_at=locked.asked_at,
            here_at=conversation.customer_here_at,
            last_answer=_last_answer(locked),
            is_answered=locked.answered_at is not None,
            is_last_matter=not conversation.episodes.filter(number__gt=locked.episode.number).exists(),
            is_refused=is_refused,
            has_address=address is not None,
            is_proven=address is not None and address.is_proven,
        )
    )
    if verdict.act == "mail" and address is not None:
        _mail(locked, address, language=conversation.language)
        locked.mail_address_digest = address.digest
    locked.mail_at = verdict.until
    locked.save(update_fields=["mail_at", "mail_address_digest"])
    if verdict.act != "wait":
        emit("survey_mail.decided", survey=locked.public_id, act=verdict.act, reason=verdict.reason)
    return True


@transaction.atomic
def refuse_surveys(*, address_digest: str) -> SurveyRefusal:
    """Whoever reads this address gets no more surveys by e-mail. Doing it twice changes nothing."""
    refusal, is_new = SurveyRefusal.objects.get_or_create(address_digest=address_digest)
    if is_new:
        record("surveys.refused", refusal)
    return refusal


def _last_answer(survey: Survey) -> Literal["seen", "mailed", "on_its_way", "unseen"]:
    """What became of the last answer of the matter."""
    conversation = survey.episode.conversation
    answers = survey.episode.messages.filter(author__in=[Author.ASSISTANT, Author.AGENT])
    last_id = answers.order_by("-id").values_list("pk", flat=True).first() or 0
    if conversation.read_through_id >= last_id:
        return "seen"
    mail = conversation.reply_mails.filter(message_id__gte=last_id).select_related("delivery").first()
    if mail is None:
        return "on_its_way" if conversation.reply_mail_at is not None else "unseen"
    if mail.delivery.state in ON_ITS_WAY:
        return "on_its_way"
    return "mailed" if mail.delivery.state == State.SENT else "unseen"


def _mail(survey: Survey, address: MailAddress, *, language: str) -> None:
    last = survey.episode.messages.order_by("-id").first()
    content = survey_letter(
        title=asked_in(last) if last is not None else "",
        address_of_survey=mail_links.to_survey(survey, language=language),
        address_of_refusal=mail_links.to_refusal(address, language=language),
        language=language,
    )
    delivery = enqueue(
        NewDelivery(
            channel="email",
            purpose=Purpose.SERVICE,
            recipient=address.address,
            content=content,
            effect_key=f"survey:{survey.public_id}",
            language=language,
        )
    )
    record("survey.mailed", survey, delivery=str(delivery.public_id))
