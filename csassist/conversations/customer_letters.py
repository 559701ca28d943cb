"""
The words of mails to customers: replies they have not seen, and the question how it went.

An address that was merely typed may be anybody's, and nobody should be able to have an advertisement mailed there: a
question that holds a link or an address of any kind is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from csassist.conversations.models import Author, Message
from csassist.core.rendering import MARKER, render_message
from csassist.delivery.contents import Content
from csassist.delivery.letters import Letter, Link, Quote, in_language_of, written

TITLE_MAX_CHARACTERS = 80
_MARKER_AND_BLANK = re.compile(rf" ?{MARKER.pattern}")
_ADDRESS = re.compile(r"://|www\.|@|\w\.[a-z]{2,}(?:\W|$)", re.IGNORECASE)


@dataclass(frozen=True)
class RepliesToMail:
    """`title` is the beginning of what the customer asked; `messages` are the replies, oldest first."""

    title: str
    messages: Sequence[Message]
    address_of_conversation: str


def replies_letter(replies: RepliesToMail, *, language: str) -> Content:
    """The replies as they would be seen in the chat. `language` is the customer's, "en" or "zh"."""
    with in_language_of(language):
        title = _title(replies.title)
        letter = Letter(
            subject=_("Re: %(title)s") % {"title": title} if title else _("An answer to your question"),
            paragraphs=(
                _("Hello,"),
                _("You asked %(company)s, and had left when the answer came. Here it is.") % {"company": _company()},
            ),
            quotes=tuple(_quote(message) for message in replies.messages),
            links=(Link(_("Open the conversation"), replies.address_of_conversation),),
            small_print=_(
                "To answer, open the conversation: a reply to this mail may not reach it. "
                "If you did not ask us anything, you need not do anything."
            ),
        )
        return written(letter, language=language)


def survey_letter(*, title: str, address_of_survey: str, address_of_refusal: str, language: str) -> Content:
    """The question how it went. The links show a form each; nothing is recorded by opening them."""
    with in_language_of(language):
        shown = _title(title)
        about = _("You asked: %(title)s") % {"title": shown} if shown else ""
        letter = Letter(
            subject=_("How did we do?"),
            paragraphs=(
                _("Hello,"),
                *([about] if about else []),
                _("Your conversation with %(company)s is closed. Did we help? It takes a moment.")
                % {"company": _company()},
            ),
            links=(
                Link(_("Tell us how it went"), address_of_survey),
                Link(_("No more such mails"), address_of_refusal),
            ),
        )
        content = written(letter, language=language)
    headers = {
        "List-Unsubscribe": f"<{address_of_refusal}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return Content(content.subject, content.text, content.html, headers)


def _quote(message: Message) -> Quote:
    text = _without_markers(message)
    files = [attachment.name for attachment in message.attachments.all()]
    if files:
        note = _("Files, to be opened in the conversation: %(names)s") % {"names": ", ".join(files)}
        text = f"{text}\n\n{note}".strip()
    return Quote(_author(message), text, render_message(text))


def _without_markers(message: Message) -> str:
    """The words without the numbers of their sources, which lead nowhere in a mail."""
    numbers = {str(citation.number) for citation in message.citations.all()}
    return _MARKER_AND_BLANK.sub(lambda found: "" if found[1] in numbers else found[0], message.text)


def _author(message: Message) -> str:
    if message.author == Author.ASSISTANT:
        return str(_("AI assistant"))
    name = message.author_user.display_name if message.author_user is not None else ""
    return name or str(_("Our team"))


def _title(asked: str) -> str:
    words = " ".join(asked.split())
    if _ADDRESS.search(words):
        return ""
    return words if len(words) <= TITLE_MAX_CHARACTERS else words[: TITLE_MAX_CHARACTERS - 1].rstrip() + "…"


def _company() -> str:
    return _(settings.CSASSIST_COMPANY_NAME) if settings.CSASSIST_COMPANY_NAME else "csassist"
