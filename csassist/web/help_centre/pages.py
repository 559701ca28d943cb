"""The pages that lead to articles: home, one collection, and search."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from csassist.conversations.limits import MINUTE_SECONDS
from csassist.core.text import detect_language
from csassist.rest.limits import Limit, client_address, spend
from csassist.web.help_centre.excerpts import summary
from csassist.web.help_centre.frame import (
    article_languages,
    articles_language,
    help_page,
    help_view,
    not_here,
    reader_of,
    same_page,
    visitor_of_page,
)
from csassist.web.help_centre.noting import note_search
from csassist.web.help_centre.searching import QUESTION_MAX_CHARACTERS, Found, search_articles
from csassist.web.languages import page_language
from knowledge.articles import address_of, popular, readable, shelves, with_opening
from knowledge.models import Collection, Document, VersionKind

POPULAR_SHOWN = 6
ARTICLES_PER_PAGE = 20
HITS_PER_PAGE = 10
SEARCHES = Limit("address_help_searches_minute", MINUTE_SECONDS, most_count=60)


@help_view
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The collections with something to read, and what is read most."""
    reader, language = reader_of(visitor_of_page(request)), articles_language(request)
    return help_page(
        request,
        "home.html",
        shelves=shelves(reader, language=language),
        popular=[listed(document) for document in popular(reader, language=language, most=POPULAR_SHOWN)],
        article_languages=article_languages(request, language),
        canonical=request.build_absolute_uri(reverse("help_home")),
    )


@help_view
@require_safe
def shelf(request: HttpRequest, slug: str) -> HttpResponse:
    """One collection's articles by title, page by page."""
    reader, language = reader_of(visitor_of_page(request)), articles_language(request)
    collection = Collection.objects.visible_to(reader).filter(slug=slug).first()
    if collection is None:
        return not_here(request)
    documents = with_opening(readable(reader, language=language).filter(collection=collection))
    page = Paginator(documents.order_by("live_version__title", "pk"), ARTICLES_PER_PAGE).get_page(
        request.GET.get("page")
    )
    return help_page(
        request,
        "shelf.html",
        collection=collection,
        page=page,
        articles=[listed(document) for document in page],
        article_languages=article_languages(request, language),
        beside=_addresses_beside(request, page.number),
        canonical=request.build_absolute_uri(reverse("help_shelf", args=[slug])),
    )


@help_view
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What the search of the answers finds; it says so when it finds nothing, or cannot look everywhere."""
    question = " ".join(request.GET.get("q", "").split())[:QUESTION_MAX_CHARACTERS]
    asked_in = detect_language(question, default="zh" if page_language() == "zh" else "en")
    language = articles_language(request, usual=asked_in)
    found = Found()
    if question:
        spend([(SEARCHES, client_address(request))])
        visitor = visitor_of_page(request)
        found = search_articles(question, reader=reader_of(visitor), language=language)
        if visitor is not None and visitor.customer is not None and not found.is_down:
            note_search(visitor.customer, question, hits_count=len(found.hits))
    page = Paginator(found.hits, HITS_PER_PAGE).get_page(request.GET.get("page"))
    return help_page(
        request,
        "search.html",
        status=503 if found.is_down else 200,
        question=question,
        found=found,
        page=page,
        article_languages=article_languages(request, language),
        elsewhere_address=same_page(request, **{"in": "all"}),
        beside=_addresses_beside(request, page.number),
    )


def listed(document: Document) -> dict[str, str]:
    """What a list shows of an article; the summary needs `with_opening`."""
    version = document.live_version
    is_questions = version is not None and version.kind == VersionKind.QUESTIONS
    return {
        "title": version.title if version else document.title,
        "address": address_of(document),
        "language": version.language if version else document.language,
        "is_questions": "yes" if is_questions else "",
        "summary": "" if is_questions else summary(getattr(document, "opening", "")),
    }


def _addresses_beside(request: HttpRequest, number: int) -> dict[str, str]:
    """Where the pages before and after this one are."""
    return {"previous": same_page(request, page=str(number - 1)), "next": same_page(request, page=str(number + 1))}
