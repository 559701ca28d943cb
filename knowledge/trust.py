"""
Who vouches for a text: the company for its own sources, a person for each text of anybody else's.

What comes from a source that is not trusted may be found, read and drafted by itself, but only a person can bring it
into answers: a page that somebody else can write must not decide what customers are told.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from csassist.audit.context import current_actor
from csassist.audit.services import record
from csassist.core.errors import Conflict
from knowledge.models import Document, Source

PUBLIC_WEB = frozenset({Source.Kind.URL, Source.Kind.SITEMAP})


class ApprovalNeeded(Conflict):
    """Nobody vouches for this text yet, and no person is acting."""

    code = "approval_needed"


def usual_trust(kind: str) -> Source.Trust:
    """What a source of this kind gets when nobody says: the web is written by others, files are handed in by staff."""
    return Source.Trust.UNTRUSTED if kind in PUBLIC_WEB else Source.Trust.TRUSTED


def needs_approval(document: Document) -> bool:
    return document.source is not None and document.source.trust == Source.Trust.UNTRUSTED


def check_approval(document: Document) -> None:
    """Raise ApprovalNeeded when the document's source is not trusted and a program or the system itself is acting."""
    if needs_approval(document) and not person_is_acting():
        raise ApprovalNeeded(
            _("The source of “%(title)s” is not trusted: a person must publish it.") % _facts(document)
        )


@transaction.atomic
def set_trust(*, source: Source, trust: str) -> None:
    """From now on; what answers use already stays in use. Raises ApprovalNeeded when a program wants to raise it."""
    locked = Source.objects.select_for_update().get(pk=source.pk)
    if locked.trust == trust:
        return
    if trust == Source.Trust.TRUSTED and not person_is_acting():
        raise ApprovalNeeded(_("Only a person can say that a source is trusted."))
    Source.objects.filter(pk=source.pk).update(trust=trust)
    record("source.trust_changed", source, trust=str(trust))


def person_is_acting() -> bool:
    """Whether somebody of the staff is behind this act. What they may do is checked at the door, as for every act."""
    return current_actor.get().kind == "staff"


def _facts(document: Document) -> dict[str, str]:
    return {"title": document.title}
