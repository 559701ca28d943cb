"""
Articles for a customer who is still typing: the titles of what probably answers it, and nothing when that is unsure.

A public reader's view whoever asks, so that nothing depends on who types; what is typed is stored nowhere.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from csassist.assistant.copilot.suggestions import suggest
from csassist.assistant.decision import CLARIFY_FROM
from csassist.core.text import detect_language
from knowledge.articles import address_of, in_this_order, readable
from knowledge.models import Audience

MOST_ARTICLES: Final = 3
PASSAGES_READ: Final = 8
# What scores less than this share of the best passage is not worth a look.
LEAST_OF_BEST_RATIO: Final = 0.5


@dataclass(frozen=True, slots=True)
class HelpfulArticle:
    id: UUID
    title: str
    address: str


def helpful_articles(text: str) -> tuple[HelpfulArticle, ...]:
    """Up to MOST_ARTICLES in the language of the text, best first; none for too short a text or an unsure search."""
    found = suggest(text, reader=Audience.PUBLIC, most=PASSAGES_READ)
    if found.is_down or not found.found or found.support < CLARIFY_FROM:
        return ()
    language, best = detect_language(text), found.found[0].score
    near = [one for one in found.found if one.language == language and one.score >= LEAST_OF_BEST_RATIO * best]
    ids = [str(one.passage.document_id) for one in near]
    documents = in_this_order(list(dict.fromkeys(ids)), readable(Audience.PUBLIC).filter(public_id__in=ids))
    return tuple(
        HelpfulArticle(one.public_id, one.live_version.title, address_of(one))
        for one in documents[:MOST_ARTICLES]
        if one.live_version is not None
    )
