"""What the templates of the console say about times, people and messages."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from csassist.analysis.models.readings import Risk
from csassist.assistant.reasons import NEXT_STEPS, OUTCOMES, PRIORITIES, in_words
from csassist.conversations.models import Message, ReplyMail
from csassist.core.rendering import Chip, render_cited, render_message
from csassist.delivery.states import State
from csassist.web.console.panels import mood_line
from csassist.web.console.wording import FACT_LABELS, MOODS, MOODS_IN_LISTS, Sign, initial_of, short_age

register = template.Library()
TONES_COUNT = 6


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """How long ago, kept up to date by the page; the exact time on hover."""
    if moment is None:
        return ""
    exact = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        moment.isoformat(),
        exact,
        short_age(moment, timezone.now()),
    )


@register.simple_tag
def clock(moment: datetime) -> SafeString:
    """The time of day; the page writes it in the reader's own zone."""
    local = timezone.localtime(moment)
    exact = date_format(local, "DATETIME_FORMAT")
    return format_html(
        '<time datetime="{}" title="{}" data-clock>{}</time>',
        moment.isoformat(),
        exact,
        date_format(local, "TIME_FORMAT"),
    )


@register.simple_tag
def said(message: Message) -> SafeString:
    """The text of a message, its citations as chips that open the source."""
    chips = {
        citation.number: source_chip(str(citation.public_id), citation.number, citation.title)
        for citation in message.citations.all()
    }
    return render_cited(message.text, chips)


@register.simple_tag
def mailed(mail: ReplyMail) -> str:
    """That the reply was mailed as well, to whom, and what has become of it."""
    return _("E-mailed to %(address)s · %(state)s") % {"address": mail.masked_address, "state": mail_state(mail)}


def mail_state(mail: ReplyMail) -> str:
    match State(mail.delivery.state):
        case State.READY | State.SENDING:
            return _("being sent")
        case State.SENT:
            return _("has been sent")
        case State.UNKNOWN:
            return _("outcome unknown")
        case State.CANCELLED:
            return _("not needed: read here first")
        case _other:
            return _("failed")


@register.simple_tag
def posts(view_name: str, public_id: UUID, **fields: str) -> SafeString:
    """What makes an element an act on a conversation: where it posts and with what; the talk is drawn anew."""
    return format_html(
        'hx-post="{}" hx-vals="{}" hx-target="#talk" hx-swap="morph:outerHTML"',
        reverse(view_name, args=[public_id]),
        json.dumps(fields),
    )


@register.filter
def as_message(text: str) -> SafeString:
    return render_message(text)


@register.filter
def mood_sign(mood: str) -> Sign | None:
    return MOODS.get(mood)


@register.filter
def alarming_mood(mood: str) -> Sign | None:
    """The sign of a mood that a list shows; None for those that ask for nothing."""
    return MOODS.get(mood) if mood in MOODS_IN_LISTS else None


@register.filter
def mood_words(levels: list[int]) -> str:
    """How the mood of an episode went, such as "Annoyed, getting worse"."""
    return mood_line.in_words(levels)


@register.filter
def fact_label(label: str) -> str:
    return str(FACT_LABELS.get(label, label))


@register.filter
def next_step(code: str) -> str:
    return in_words(NEXT_STEPS, code)


@register.filter
def priority_words(code: str) -> str:
    return in_words(PRIORITIES, code)


@register.filter
def risk_words(label: str) -> str:
    return str(dict(Risk.choices).get(label, label))


@register.filter
def outcome_words(code: str) -> str:
    return in_words(OUTCOMES, code)


@register.filter
def initial(who: Any) -> str:
    return initial_of(str(who))


@register.filter
def tone_number(pk: int | None) -> int:
    """One of a few colours, always the same for the same row."""
    return (pk or 0) % TONES_COUNT


def source_chip(public_id: str, number: int, title: str) -> Chip:
    return Chip(
        address=reverse("console_source", args=[public_id]),
        number=number,
        title=title,
        label=_("Source %(number)d: %(title)s") % {"number": number, "title": title},
    )
