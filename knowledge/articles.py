"""
The help centre's view of documents: what a reader may open, and the address it has.

An address ends in the beginning of the document's public id, which never changes; the words before it come from the
title and are for people. Everything here is asked of the database at the moment of reading, so a withdrawn document is
gone with the next request.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from knowledge.models import AUDIENCES_OF_READER, Audience, Collection, Document
from knowledge.models.reading_counts import views_since
from knowledge.reading_counts import first_day

SHORT_ID_DIGITS = 12
TITLE_IN_ADDRESS_CHARACTERS = 60
OPENING_CHARACTERS = 700  # enough for a first sentence after headings
LANGUAGES = ("en", "zh")
POPULAR_DAYS = 30

_KEY = re.compile(rf"(?:.*-)?([0-9a-f]{{{SHORT_ID_DIGITS}}})")
_LONG_FIELDS = ("live_version__body", "live_version__questions", "live_version__aliases", "live_version__parse_notes")
# How a folder of translations is named in the keys of its documents ("en/returns", "zh/returns").
_FOLDERS = {"en": ("en",), "zh": ("zh", "zh-hans", "zh_hans", "zh-cn")}


def readable(reader: Audience, *, language: str = "", now: datetime | None = None) -> QuerySet[Document]:
    """What this reader may open now, with collection and live version but without the texts."""
    documents = Document.objects.answerable(now or timezone.now()).filter(
        collection__audience__in=AUDIENCES_OF_READER[reader]
    )
    if language:
        documents = documents.filter(live_version__language=language)
    return documents.select_related("collection", "live_version").defer(*_LONG_FIELDS)


def with_opening(documents: QuerySet[Document]) -> QuerySet[Document]:
    """The documents with `opening`, the beginning of the text: enough for a summary, little to load."""
    return documents.annotate(opening=Substr("live_version__body", 1, OPENING_CHARACTERS))


def find_article(key: str, *, reader: Audience) -> Document | None:
    """The document of an address with its whole live version, whatever words stand before the id; None if unseen."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    documents = readable(reader).defer(None).filter(public_id__range=_ids_beginning_with(found[1]))
    return documents.order_by("pk").first()


def find_by_id(public_id: uuid.UUID, *, reader: Audience) -> Document | None:
    """The document without its text, if this reader may open it."""
    return readable(reader).filter(public_id=public_id).first()


def address_key(document: Document) -> str:
    """The last part of the document's address: the title, then the beginning of its id."""
    title = document.live_version.title if document.live_version else document.title
    words = slugify(title, allow_unicode=True)[:TITLE_IN_ADDRESS_CHARACTERS].strip("-_")
    short_id = document.public_id.hex[:SHORT_ID_DIGITS]
    return f"{words}-{short_id}" if words else short_id


def address_of(document: Document) -> str:
    """The path of the document's page in the help centre."""
    return reverse("help_article", args=[document.collection.slug, address_key(document)])


def shelves(reader: Audience, *, language: str = "") -> list[Collection]:
    """The collections with something to read, each with `articles_count`."""
    now = timezone.now()
    counted = Q(documents__in=Document.objects.answerable(now))
    if language:
        counted &= Q(documents__live_version__language=language)
    rows = Collection.objects.visible_to(reader).annotate(articles_count=Count("documents", filter=counted))
    return list(rows.filter(articles_count__gt=0).order_by("name", "pk"))


def popular(reader: Audience, *, language: str, most: int) -> list[Document]:
    """What was opened most in the last 30 days, then what admins suggest to begin with."""
    counted = readable(reader, language=language).annotate(recent_views=views_since(first_day(POPULAR_DAYS)))
    chosen = counted.filter(Q(recent_views__gt=0) | ~Q(suggested_question=""))
    return list(chosen.order_by(F("recent_views").desc(nulls_last=True), "pk")[:most])


def counterpart(document: Document, *, reader: Audience) -> Document | None:
    """
    The same article in the other language, as far as that is known: a document of the same source whose key differs in
    nothing but the folder named after its language.
    """
    language = document.live_version.language if document.live_version else document.language
    keys = _translated_keys(document.slug, language)
    if document.source_id is None or not keys:
        return None
    others = readable(reader).filter(source_id=document.source_id, slug__in=keys)
    return others.exclude(live_version__language=language).order_by("pk").first()


def in_this_order(public_ids: Sequence[str], documents: Iterable[Document]) -> list[Document]:
    by_id = {str(document.public_id): document for document in documents}
    return [by_id[public_id] for public_id in public_ids if public_id in by_id]


def _translated_keys(key: str, language: str) -> list[str]:
    parts = key.split("/")
    others = [name for other in LANGUAGES if other != language for name in _FOLDERS[other]]
    return [
        "/".join([*parts[:place], other, *parts[place + 1 :]])
        for place, part in enumerate(parts[:-1])
        if part.lower() in _FOLDERS.get(language, ())
        for other in others
    ]


def _ids_beginning_with(digits: str) -> tuple[uuid.UUID, uuid.UUID]:
    rest = 32 - len(digits)
    return uuid.UUID(digits + "0" * rest), uuid.UUID(digits + "f" * rest)
