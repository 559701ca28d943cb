"""
The answer in the words of its templates, its values as they came, written as the customer's language writes them.

A line of a template whose value is not there is left out, so that "It should arrive on {{expected_on}}." is said only
when there is a day to say. Nothing in a value is read as Markdown.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from csassist.assistant.lookups.definitions import Definition
from csassist.assistant.lookups.reply import Result, Value
from csassist.core.text import Language
from prompts.templating import render, variables_of

DJANGO_LANGUAGES: Mapping[Language, str] = {"en": "en", "zh": "zh-hans"}
# Of a longer list the first ones are said; the system sends the newest first.
MOST_SHOWN = 5
_MARKUP = re.compile(r"[\\`*_\[\]<>~|#!&]")


def answer_lines(
    definition: Definition, results: tuple[Result, ...], language: Language, *, zone: str = ""
) -> list[str]:
    """The lines of the answer, "" between paragraphs; none at all when no line can be filled."""
    words = definition.words(language)
    if not results:
        return words.empty.splitlines()
    filled = [_texts(result, definition, language, zone) for result in results[:MOST_SHOWN]]
    if len(results) == 1:
        return _filled(words.answer, filled[0])
    lines = [line for one in filled for line in _filled(words.list_line, one)]
    return [*_filled(words.list_lead, {"count": str(len(results))}), "", *lines] if lines else []


def escaped(value: str) -> str:
    """A text in which no sign means anything to Markdown."""
    return _MARKUP.sub(r"\\\g<0>", value)


def _filled(template: str, values: Mapping[str, str]) -> list[str]:
    """The lines of which every value is there. Blank ones part paragraphs, and none stands at an end."""
    lines = [render(line, values) for line in template.splitlines() if all(one in values for one in variables_of(line))]
    return "\n".join(lines).strip("\n").split("\n") if any(lines) else []


def _texts(result: Result, definition: Definition, language: Language, zone: str) -> dict[str, str]:
    kinds = {one.name: one for one in definition.reply.fields}
    texts = {}
    for name, value in result.items():
        choices = kinds[name].choices
        texts[name] = choices[str(value)][language] if choices else escaped(_text(value, language, zone))
    return texts


def _text(value: Value, language: Language, zone: str) -> str:
    if isinstance(value, datetime):
        with override(DJANGO_LANGUAGES[language]):
            return date_format(timezone.localtime(value, _zone(zone)), "DATETIME_FORMAT")
    if isinstance(value, date):
        with override(DJANGO_LANGUAGES[language]):
            return date_format(value, "DATE_FORMAT")
    return str(value)


def _zone(name: str) -> ZoneInfo:
    """The customer's own, else the installation's."""
    try:
        return ZoneInfo(name or timezone.get_current_timezone_name())
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
