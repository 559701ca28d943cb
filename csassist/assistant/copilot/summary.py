"""
The rolling summary of an episode: shown at once by rules, written by the model in the background where there is one.

Only conversations that people own are summed up by themselves: nobody looks at the others, and every call costs. The
reading of the conversation, the call and the writing are apart, so that no transaction waits for a model.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from csassist.assistant.copilot.dialogue import Said, language_of, newest_episode, said_in
from csassist.assistant.copilot.summary_rules import Summary, summarise, summary_of_json
from csassist.assistant.copilot.summary_text import read_summary
from csassist.assistant.models import EpisodeSummary
from csassist.assistant.phrases import LANGUAGE_NAMES
from csassist.conversations.models import Author, Conversation, Episode, Message
from csassist.llm import chat_model, is_configured
from csassist.llm.choices import chosen_model
from csassist.llm.errors import ModelError
from prompts.fences import fence_conversation
from prompts.services import render

QUIET: Final = timedelta(seconds=8)  # a burst of messages is summed up once
MOST_A_SWEEP: Final = 2  # a model that hangs must not hold up the other periodic work for long
LEAST_MESSAGES: Final = 2
SPEAKERS: Final = {"customer": "Customer", "assistant": "Assistant", "agent": "Agent"}
WrittenBy = EpisodeSummary.WrittenBy


@dataclass(frozen=True, slots=True)
class Shown:
    """A summary as an agent sees it. `behind_count` says how many messages have been written since."""

    summary: Summary
    written_by: str
    behind_count: int = 0
    model_problem: str = ""


def shown_summary(conversation: Conversation) -> Shown | None:
    """The stored one while it is current or a model wrote it, else one by rules; None before anything was said."""
    episode = newest_episode(conversation)
    if episode is None:
        return None
    stored = EpisodeSummary.objects.filter(episode=episode).first()
    behind = _behind_count(episode, stored.read_through_id) if stored else 0
    if stored is not None and (not behind or stored.written_by == WrittenBy.MODEL):
        return Shown(summary_of_json(stored.content), stored.written_by, behind, stored.model_problem)
    said = said_in(episode)
    return Shown(summarise(said, mood=conversation.mood), WrittenBy.RULES) if said else None


def refresh(episode: Episode) -> EpisodeSummary | None:
    """Sum up anew, by the model when there is one and its word holds, else by rules; None when nothing was said."""
    said = said_in(episode)
    if not said:
        return None
    summary, problem = _by_model(episode.conversation, said) if is_configured() else (None, "")
    written_by = WrittenBy.MODEL if summary else WrittenBy.RULES
    made = summary or summarise(said, mood=episode.conversation.mood)
    return _store(episode, made, written_by=written_by, problem=problem, read_through_id=said[-1].id)


def sweep() -> int:
    """Sum up what people own and what has changed since; returns how many episodes."""
    episodes = list(due()[:MOST_A_SWEEP])
    return sum(1 for episode in episodes if refresh(episode) is not None)


def due() -> QuerySet[Episode]:
    """Open episodes of people with enough said, quiet for a moment, and a message that no summary has read."""
    said = Message.objects.filter(episode=OuterRef("pk")).exclude(author=Author.SYSTEM).exclude(text="")
    newest = said.order_by("-id")
    rows = Episode.objects.filter(closed_at=None).exclude(conversation__owner_kind=Conversation.OwnerKind.ASSISTANT)
    rows = rows.annotate(
        newest_id=Subquery(newest.values("id")[:1]),
        newest_at=Subquery(newest.values("created_at")[:1]),
        second_id=Subquery(newest.values("id")[LEAST_MESSAGES - 1 : LEAST_MESSAGES]),
    )
    stale = Q(summary=None) | Q(summary__read_through_id__lt=F("newest_id"))
    ready = rows.filter(stale, newest_at__lte=timezone.now() - QUIET, second_id__isnull=False)
    return ready.select_related("conversation").order_by("newest_at")


def _behind_count(episode: Episode, read_through_id: int) -> int:
    said = episode.messages.exclude(author=Author.SYSTEM).exclude(text="")
    return said.filter(id__gt=read_through_id).count()


def _by_model(conversation: Conversation, said: tuple[Said, ...]) -> tuple[Summary | None, str]:
    """What the model wrote, if it holds, else why not."""
    customers = "\n".join(one.text for one in said if one.author == "customer")
    prompt = render(
        "summarise_conversation",
        {
            "company_name": settings.CSASSIST_COMPANY_NAME,
            "language_name": LANGUAGE_NAMES[language_of(conversation, customers)],
            "conversation": fence_conversation((SPEAKERS[one.author], one.text) for one in said),  # type: ignore[misc]
        },
    )
    try:
        written = chat_model("copilot", model=chosen_model()).invoke(prompt.text).text
    except ModelError as error:
        return None, f"{error.code}:{error.reason}"[:64]
    summary = read_summary(str(written), said)
    return summary, "" if summary else "not_supported"


def _store(
    episode: Episode, summary: Summary, *, written_by: str, problem: str, read_through_id: int
) -> EpisodeSummary:
    """The newer one wins: a slow model must not overwrite what was summed up of later messages."""
    facts = {
        "content": summary.as_json(),
        "written_by": written_by,
        "model_problem": problem,
        "read_through_id": read_through_id,
        "made_at": timezone.now(),
    }
    stored, is_new = EpisodeSummary.objects.get_or_create(episode=episode, defaults=facts)
    if not is_new:
        EpisodeSummary.objects.filter(pk=stored.pk, read_through_id__lte=read_through_id).update(**facts)
        stored.refresh_from_db()
    return stored
