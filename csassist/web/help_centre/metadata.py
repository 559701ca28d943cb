"""What search engines are told: a description of each article, the sitemap, and which pages are not for them."""

import html
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.contrib.sitemaps import Sitemap
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from csassist.core.json_types import JSONObject
from csassist.core.rendering import linked_data
from csassist.web.help_centre.frame import HTML_LANGUAGES
from csassist.web.templatetags.site import company_name
from knowledge.articles import address_of, readable, shelves
from knowledge.models import Audience, Collection, Document, DocumentVersion

# Nothing in them is for a search engine; results of a search least of all.
CLOSED_TO_ROBOTS = ("/admin/", "/api/", "/c/", "/staff/", "/help/search")
ADDRESSES_PER_SITEMAP = 1_000


class QuestionRow(Protocol):
    @property
    def question(self) -> str: ...
    @property
    def answer(self) -> SafeString: ...


def description_of(
    document: Document, version: DocumentVersion, *, canonical: str, summary: str, rows: Sequence[QuestionRow]
) -> SafeString:
    """The article as schema.org names it: an article, or questions with their answers."""
    published = version.published_at.isoformat() if version.published_at else ""
    facts: JSONObject = {
        "@type": "FAQPage" if rows else "Article",
        "headline": version.title,
        "inLanguage": HTML_LANGUAGES.get(version.language, version.language),
        "dateModified": published,
        "url": canonical,
        "isPartOf": {"@type": "WebSite", "name": _("%(company)s help centre") % {"company": company_name()}},
        "articleSection": document.collection.name,
    }
    if summary:
        facts["description"] = summary
    if rows:
        facts["mainEntity"] = [_question(row) for row in rows]
    return linked_data(facts)


class ArticleSitemap(Sitemap[Document]):
    """Every article that everybody may read."""

    limit = ADDRESSES_PER_SITEMAP

    def items(self) -> QuerySet[Document]:
        return readable(Audience.PUBLIC).order_by("pk")

    def location(self, item: Document) -> str:
        return address_of(item)

    def lastmod(self, item: Document) -> datetime | None:
        return item.live_version.published_at if item.live_version else None

    def get_latest_lastmod(self) -> datetime | None:
        newest: datetime | None = readable(Audience.PUBLIC).aggregate(at=Max("live_version__published_at"))["at"]
        return newest


class ShelfSitemap(Sitemap["Collection | None"]):
    """The help centre's home and its collections."""

    limit = ADDRESSES_PER_SITEMAP

    def items(self) -> list[Collection | None]:
        return [None, *shelves(Audience.PUBLIC)]

    def location(self, item: Collection | None) -> str:
        return reverse("help_shelf", args=[item.slug]) if item else reverse("help_home")


SITEMAPS = {"articles": ArticleSitemap, "collections": ShelfSitemap}


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything but the listed pages may be read, and where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED_TO_ROBOTS)]
    sitemap = request.build_absolute_uri(reverse("sitemap_index"))
    return HttpResponse("\n".join([*lines, "", f"Sitemap: {sitemap}", ""]), content_type="text/plain; charset=utf-8")


def _question(row: QuestionRow) -> JSONObject:
    answer = " ".join(html.unescape(strip_tags(str(row.answer))).split())
    return {"@type": "Question", "name": row.question, "acceptedAnswer": {"@type": "Answer", "text": answer}}
