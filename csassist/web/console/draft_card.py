"""What a draft of the assistant shows: its words with their sources, how far they are supported, what is doubtful."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from csassist.assistant.citations import read_sentence, sentence_end
from csassist.assistant.draft_citations import unpacked
from csassist.assistant.models import Draft
from csassist.assistant.reasons import REASONS, WRITTEN_BY, in_words
from csassist.conversations.models import Conversation
from csassist.core.errors import NotFound
from csassist.core.rendering import Chip, render_cited
from csassist.web.console.access import may_decide
from csassist.web.console.wording import percent

# Two thirds: below it the number is shown as a warning.
DOUBTFUL_BELOW = 0.67
MOST_SOURCES_COUNT = 99


def draft_context(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """The card of the open draft, if there is one."""
    draft = conversation.drafts.still_open().select_related("edited_by").first()
    if draft is not None:
        return card_of(request, draft)
    return {"draft_card": None, "conversation": conversation, "may_decide": may_decide(request)}


def card_of(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    cited = unpacked(draft.citations)
    chips = {one.number: _chip(draft, one.number, one.title) for one in cited}
    return {
        "draft_card": draft,
        "draft_html": render_cited(draft.shown_text, chips),
        "draft_sources": [(chips[one.number], " › ".join(one.heading_path[-1:])) for one in cited],
        "draft_support": percent(draft.support),
        "is_doubtful": draft.support < DOUBTFUL_BELOW,
        "weak_sentences": weak_sentences(draft),
        "draft_reason": in_words(REASONS, draft.reason) if draft.reason else "",
        "draft_written_by": in_words(WRITTEN_BY, draft.written_by) if draft.written_by else "",
        "is_writing": draft.state == Draft.State.WRITING,
        "may_decide": may_decide(request),
        "rejections": Draft.Rejection.choices,
    }


def weak_sentences(draft: Draft) -> list[str]:
    """The words of the sentences with little support; none once a person has changed the text."""
    if draft.edited_text or not draft.weak:
        return []
    found, start = [], 0
    while (end := sentence_end(draft.text, start, is_closed=True)) is not None:
        if sentence := read_sentence(draft.text[start:end], MOST_SOURCES_COUNT):
            found.append(sentence.text)
        start = end
    return [found[place] for place in draft.weak if place < len(found)]


def draft_of(public_id: UUID) -> Draft:
    """Raises NotFound."""
    draft = Draft.objects.select_related("conversation__customer", "run").filter(public_id=public_id).first()
    if draft is None:
        raise NotFound(_("This draft does not exist."))
    return draft


def _chip(draft: Draft, number: int, title: str) -> Chip:
    return Chip(
        address=reverse("console_draft_source", args=[draft.public_id, number]),
        number=number,
        title=title,
        label=_("Source %(number)d: %(title)s") % {"number": number, "title": title},
    )
