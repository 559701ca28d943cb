"""What readers of the help centre did with a document, for its page in the admin."""

from typing import Any

from knowledge.article_feedback import feedback_sums, recent_reasons
from knowledge.articles import address_of, find_by_id
from knowledge.models import Audience, Document
from knowledge.reading_counts import views_count


def help_centre_facts(document: Document) -> dict[str, Any]:
    """Its public address (empty while nobody may open it there), how often it was read and whether it helped."""
    shown = find_by_id(document.public_id, reader=Audience.PUBLIC)
    return {
        "address": address_of(shown) if shown else "",
        "views_count": views_count(document),
        "live": feedback_sums(document, document.live_version) if document.live_version else None,
        "all": feedback_sums(document),
        "reasons": recent_reasons(document),
    }
