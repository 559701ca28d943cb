"""What the templates of prediction say of codes and moments."""

from django import template
from django.utils.dateparse import parse_datetime

from csassist.web.console.prediction.showing import short_date
from proactive.wording import STAND_INS, code_in_words

register = template.Library()


@register.filter
def stand_in_words(code: str) -> str:
    """Why a scorecard stands in for a model."""
    return code_in_words(code, STAND_INS)


@register.filter
def moment(written: str) -> str:
    """The day of a moment that a card holds as text; the text itself when it is no moment."""
    try:
        found = parse_datetime(written)
    except ValueError:
        return written
    return written if found is None else short_date(found)
