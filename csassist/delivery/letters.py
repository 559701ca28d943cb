"""
Writing a mail: the same words as text and as HTML, in the language of the reader.

Nothing here comes from a customer except what the caller puts into the words; the template escapes it.
"""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from csassist.delivery.contents import SUBJECT_MAX_CHARACTERS, Content

DJANGO_LANGUAGES = {"en": "en", "zh": "zh-hans"}


@dataclass(frozen=True)
class Link:
    words: str
    address: str


@dataclass(frozen=True)
class Quote:
    """Something said, in a letter: by whom, as it was typed, and as `core.rendering` made it safe."""

    by: str
    text: str
    html: SafeString


@dataclass(frozen=True)
class Letter:
    """
    `quotes` stand below the paragraphs and `links` below those, the first as a button; `small_print` says why the
    reader gets this.
    """

    subject: str
    paragraphs: tuple[str, ...]
    links: tuple[Link, ...] = ()
    small_print: str = ""
    quotes: tuple[Quote, ...] = ()


def in_language_of(language: str) -> translation.override:
    """The context in which a letter to a reader of "en" or "zh" is written."""
    return translation.override(DJANGO_LANGUAGES.get(language[:2], "en"))


def written(letter: Letter, *, language: str) -> Content:
    """A letter as text and HTML. `language` is that of its words."""
    with in_language_of(language):
        company = _(settings.CSASSIST_COMPANY_NAME) if settings.CSASSIST_COMPANY_NAME else "csassist"
        html = render_to_string("delivery/letter.html", {"letter": letter, "company": company})
    links = [f"{link.words}:\n{link.address}" for link in letter.links]
    signature = "\n".join(["-- ", company, *([letter.small_print] if letter.small_print else [])])
    quotes = [f"{quote.by}:\n\n{quote.text}" for quote in letter.quotes]
    text = "\n\n".join([*letter.paragraphs, *quotes, *links, signature]) + "\n"
    return Content(subject=" ".join(letter.subject.split())[:SUBJECT_MAX_CHARACTERS], text=text, html=html)
