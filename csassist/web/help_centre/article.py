"""One article: its page, and what readers think of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from csassist.conversations import access
from csassist.conversations.limits import spend_write
from csassist.core.rendering import Heading, RenderedPage, render_article, render_page
from csassist.core.text import Span
from csassist.web.help_centre.excerpts import summary
from csassist.web.help_centre.frame import help_page, help_view, not_here, reader_of, visitor_of_page
from csassist.web.help_centre.metadata import description_of
from csassist.web.help_centre.pages import listed
from csassist.web.help_centre.related import related_articles
from knowledge.article_feedback import COMMENT_MAX_CHARACTERS, Opinion, feedback_of, rate_article
from knowledge.article_parts import article_parts, part_number, row_parts
from knowledge.articles import OPENING_CHARACTERS, address_key, address_of, counterpart, find_article
from knowledge.models import ArticleFeedback, Audience, Document, DocumentVersion, VersionKind
from knowledge.question_files import from_lines
from knowledge.reading_counts import note_view

LEAST_HEADINGS = 3  # a table of contents is for more than a glance
DEEPEST_HEADING = 3


@dataclass(frozen=True)
class Row:
    """A question of a list, rendered with its answer."""

    anchor: str
    question: str
    answer: Any


@dataclass(frozen=True)
class Text:
    """One part of what an article says: a page of text, or some rows of a list of questions."""

    page: RenderedPage | None
    rows: tuple[Row, ...]
    number: int
    parts_count: int

    @property
    def contents(self) -> tuple[Heading, ...]:
        """The headings worth a table of contents."""
        headings = tuple(one for one in self.page.headings if one.level <= DEEPEST_HEADING) if self.page else ()
        return headings if len(headings) >= LEAST_HEADINGS else ()


@help_view
@require_safe
def article(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """
    The article at this address. An address with an older title or collection leads to the present one; what this
    reader may not open now is not here.
    """
    visitor = visitor_of_page(request)
    document = find_article(key, reader=reader_of(visitor))
    if document is None or document.live_version is None:
        return not_here(request)
    if (slug, key) != (document.collection.slug, address_key(document)):
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return HttpResponsePermanentRedirect(address_of(document) + query)
    if _is_read(request):
        note_view(document)
    return help_page(request, "article.html", **_facts(request, document, document.live_version, visitor))


@help_view
@require_POST
def rate(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Store "helpful" or "not helpful", with a reason if one is given, and show the article again."""
    visitor = visitor_of_page(request)
    document = find_article(key, reader=reader_of(visitor))
    version = _shown_version(document, request.POST.get("version", "")) if document else None
    if document is None or version is None:
        return not_here(request)
    spend_write(request)
    token = access.issue_visitor_token() if visitor is None else ""
    reader = visitor or access.visitor_of_token(token)
    assert reader is not None  # noqa: S101 -- a token just issued has a bearer
    rate_article(
        version=version,
        reader_key=reader.limit_key,
        opinion=Opinion(
            is_helpful=request.POST.get("helpful") == "yes",
            reason=request.POST.get("reason", ""),
            comment=request.POST.get("comment", ""),
        ),
    )
    response = HttpResponseRedirect(f"{address_of(document)}#feedback")
    if token:
        access.set_visitor_cookie(response, token)
    return response


def _is_read(request: HttpRequest) -> bool:
    """Whether this opening counts: not that of staff, nor a browser's guess of what its user may click next."""
    is_prefetch = "prefetch" in request.headers.get("Sec-Purpose", "")
    return request.method == "GET" and not is_prefetch and not request.user.is_authenticated


def _facts(
    request: HttpRequest, document: Document, version: DocumentVersion, visitor: access.Visitor | None
) -> dict[str, Any]:
    reader = reader_of(visitor)
    text = _text(version, request.GET.get("part", ""))
    other = counterpart(document, reader=reader)
    canonical = request.build_absolute_uri(address_of(document))
    opening = summary(version.body[:OPENING_CHARACTERS]) if version.kind == VersionKind.ARTICLE else ""
    return {
        "document": document,
        "version": version,
        "updated_at": version.published_at or timezone.now(),
        "text": text,
        "part_numbers": range(1, text.parts_count + 1),
        "counterpart": listed(other) if other else None,
        "counterpart_canonical": request.build_absolute_uri(address_of(other)) if other else "",
        "related": [listed(one) for one in related_articles(document, reader=reader)],
        "opinion": feedback_of(version, visitor.limit_key) if visitor else None,
        "reasons": ArticleFeedback.Reason.choices,
        "comment_most_characters": COMMENT_MAX_CHARACTERS,
        "may_ask": document.collection.audience == Audience.PUBLIC,
        "is_public": document.collection.audience == Audience.PUBLIC,
        "canonical": canonical if text.number == 1 else f"{canonical}?part={text.number}",
        "description": opening or version.title,
        "linked_data": description_of(document, version, canonical=canonical, summary=opening, rows=text.rows),
    }


def _text(version: DocumentVersion, asked_part: str) -> Text:
    if version.kind == VersionKind.QUESTIONS:
        rows = from_lines(version.body)
        parts = row_parts(rows)
        number, (first, end) = _chosen(parts, asked_part)
        shown = (
            Row(f"q-{place}", row.question, render_article(row.answer))
            for place, row in enumerate(rows[first:end], start=first + 1)
        )
        return Text(None, tuple(shown), number, len(parts))
    parts = article_parts(version.body)
    number, (start, end) = _chosen(parts, asked_part)
    return Text(render_page(version.body[start:end]), (), number, len(parts))


def _chosen(parts: list[Span], asked: str) -> tuple[int, Span]:
    """The number and the bounds of the part asked for; of the nearest when there is none of that number."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    number = max(1, min(number, part_number(parts, parts[-1][1])))
    return number, parts[number - 1]


def _shown_version(document: Document, public_id: str) -> DocumentVersion | None:
    """The version that the reader had before them: one of this document that was published."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    return document.versions.without_text().filter(public_id=wanted, published_at__isnull=False).first()
