"""What readers think of an article: one opinion for each reader and version, and its sums for the people who write."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from csassist.core.errors import InvalidInput
from csassist.core.text import normalise
from knowledge.models import ArticleFeedback, Document, DocumentVersion

COMMENT_MAX_CHARACTERS = 1_000
RECENT_SHOWN = 10


@dataclass(frozen=True)
class Opinion:
    """What a reader says. A reason and a comment belong to "not helpful"."""

    is_helpful: bool
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True)
class FeedbackSums:
    helpful_count: int
    unhelpful_count: int


@transaction.atomic
def rate_article(*, version: DocumentVersion, reader_key: str, opinion: Opinion) -> ArticleFeedback:
    """A reader's opinion of a version; the latest one counts, `reader_key` is not stored. Raises InvalidInput."""
    if opinion.reason and opinion.reason not in ArticleFeedback.Reason.values:
        raise InvalidInput(_("Unknown reason."), field="reason", choices=ArticleFeedback.Reason.values)
    comment = normalise(opinion.comment, keep_lines=True)
    if len(comment) > COMMENT_MAX_CHARACTERS:
        raise InvalidInput(_("At most %(most)d characters.") % {"most": COMMENT_MAX_CHARACTERS}, field="comment")
    feedback, _created = ArticleFeedback.objects.update_or_create(
        version=version,
        reader_digest=_digest(version, reader_key),
        defaults={
            "is_helpful": opinion.is_helpful,
            "reason": "" if opinion.is_helpful else opinion.reason,
            "comment": "" if opinion.is_helpful else comment,
            "updated_at": timezone.now(),
        },
    )
    return feedback


def feedback_of(version: DocumentVersion, reader_key: str) -> ArticleFeedback | None:
    """What this reader said of this version before."""
    return ArticleFeedback.objects.filter(version=version, reader_digest=_digest(version, reader_key)).first()


def feedback_sums(document: Document, version: DocumentVersion | None = None) -> FeedbackSums:
    """How many readers found the document, or one version of it, helpful and how many did not."""
    rows = ArticleFeedback.objects.about(document.pk)
    if version is not None:
        rows = rows.filter(version=version)
    sums = rows.aggregate(yes=Count("pk", filter=Q(is_helpful=True)), no=Count("pk", filter=Q(is_helpful=False)))
    return FeedbackSums(helpful_count=sums["yes"], unhelpful_count=sums["no"])


def recent_reasons(document: Document) -> list[ArticleFeedback]:
    """The latest opinions that say why the document did not help, with their versions."""
    said = ArticleFeedback.objects.about(document.pk).filter(is_helpful=False).exclude(reason="", comment="")
    return list(said.select_related("version").defer("version__body")[:RECENT_SHOWN])


def _digest(version: DocumentVersion, reader_key: str) -> str:
    return salted_hmac(f"knowledge.article_feedback.{version.public_id}", reader_key, algorithm="sha256").hexdigest()
