"""
Telling staff that a message calls for somebody: whoever owns the conversation, else its team and the supervisors.

In the transaction that stores what was read. Each reason is told once an episode, however many messages say the same.
"""

from datetime import timedelta
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from csassist.accounts.models import AlertKind, User
from csassist.analysis.alerts import alerts_for, alerts_of_episode, worth_calling
from csassist.analysis.models import MessageReading
from csassist.analysis.selectors import trajectory_of
from csassist.analysis.storing import reading_of
from csassist.analysis.trajectory import level_of
from csassist.analysis.wording import ALERTS
from csassist.conversations.models import Conversation, Episode
from csassist.conversations.services import alert_about, team_and_leads

# What is read later, such as everything before the first start of this release, calls for nobody any more.
WORTH_TELLING_FOR: Final = timedelta(hours=1)


def tell_of_risk(row: MessageReading, *, by: User | None = None) -> int:
    """How many reasons there were to tell somebody. `by` corrected the reading, and knows."""
    message, reading = row.message, reading_of(row)
    is_calm = level_of(reading.sentiment.label) >= 0 and not alerts_for(reading)
    if is_calm or message.created_at < timezone.now() - WORTH_TELLING_FOR:
        return 0
    conversation = Conversation.objects.select_related("owner_user", "team").get(pk=message.conversation_id)
    episode = message.episode
    found = alerts_of_episode(reading, trajectory_of(conversation, since=episode.opened_at))
    called = worth_calling(found, is_peoples=not conversation.is_assistants or by is not None)
    if not called:
        return 0
    owner = conversation.owner_user
    users = [user for user in ([owner] if owner else team_and_leads(conversation)) if user != by]
    for alert in called:
        words, occasion = _in_words(ALERTS[alert.reason]), _occasion(episode, alert.reason)
        alert_about(conversation, AlertKind.RISK, words, occasion=occasion, users=users)
    return len(called)


def _in_words(reason: Promise) -> Promise:
    return format_lazy(_("Look at a conversation: {reason}."), reason=reason)


def _occasion(episode: Episode, reason: str) -> str:
    return f"{episode.public_id}:{reason}"
