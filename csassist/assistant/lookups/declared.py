"""
Reading what an admin declares of a look-up in plain JSON: its parameters and the shape of the reply.

A name that is not known is refused together with those that are, so that a slip of the pen is seen when it is saved and
not when a customer asks. Every function raises InvalidInput with a message that names the place.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from django.utils.translation import gettext as _

from csassist.assistant.lookups.definitions import (
    FieldKind,
    Parameter,
    ParameterKind,
    ReplyField,
    ReplyShape,
)
from csassist.assistant.lookups.written_forms import form_problem
from csassist.core.errors import InvalidInput

LANGUAGES = ("en", "zh")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
PATH = re.compile(r"[A-Za-z0-9_-]{1,60}(?:\.[A-Za-z0-9_-]{1,60}){0,5}")
LONGEST_LABEL = 60
LONGEST_TEXT = 300
MOST_PARAMETERS = 8
MOST_FIELDS = 30
MOST_CHOICES = 50
# Kinds that are found by a form the admin writes; the others have a form of their own.
FORMED = frozenset({"order_number", "tracking_number", "text"})
OF_CUSTOMER = frozenset({"customer_number", "email"})


class Declared:
    """One object of a declaration; `where` says in messages which one it is."""

    def __init__(self, raw: object, where: str, known: Iterable[str]) -> None:
        if not isinstance(raw, dict):
            raise InvalidInput(_("%(where)s must be an object: {…}.") % {"where": where})
        self.raw, self.where = raw, where
        if unknown := sorted(set(map(str, raw)) - set(known)):
            facts = {"where": where, "names": ", ".join(unknown), "known": ", ".join(known)}
            raise InvalidInput(_("%(where)s has unknown names: %(names)s. Known are: %(known)s.") % facts)

    def text(self, name: str, *, choices: Sequence[str] = (), default: str | None = None) -> str:
        value = self.raw.get(name, default)
        if not isinstance(value, str) or (choices and value not in choices):
            facts = {"where": self.where, "name": name, "choices": ", ".join(choices)}
            if choices:
                raise InvalidInput(_("%(where)s: %(name)s must be one of %(choices)s.") % facts)
            raise InvalidInput(_("%(where)s: %(name)s must be a text.") % facts)
        return value

    def flag(self, name: str) -> bool:
        value = self.raw.get(name, False)
        if not isinstance(value, bool):
            raise InvalidInput(_("%(where)s: %(name)s must be true or false.") % {"where": self.where, "name": name})
        return value

    def named(self) -> str:
        name = self.text("name")
        if NAME.fullmatch(name) is None:
            message = _("%(where)s: a name is lower-case letters, digits and _, beginning with a letter.")
            raise InvalidInput(message % {"where": self.where})
        return name

    def path(self, name: str, *, default: str | None = None) -> tuple[str, ...]:
        path = self.text(name, default=default)
        if path and PATH.fullmatch(path) is None:
            message = _("%(where)s: %(name)s must be names with dots between them, such as order.state.")
            raise InvalidInput(message % {"where": self.where, "name": name})
        return tuple(path.split(".")) if path else ()

    def words(self, name: str) -> Mapping[str, str]:
        return _words(self.raw.get(name), f"{self.where}: {name}")


def read_parameters(raw: object) -> tuple[Parameter, ...]:
    listed = _listed(raw, MOST_PARAMETERS)
    found = tuple(_parameter(one, number) for number, one in enumerate(listed, start=1))
    _require_once(one.name for one in found)
    return found


def _parameter(raw: object, number: int) -> Parameter:
    known = ("name", "kind", "source", "form", "required", "label")
    one = Declared(raw, _("Parameter %(number)d") % {"number": number}, known)
    source = one.text("source", choices=("message", "customer"), default="message")
    of_message = [kind for kind in get_args(ParameterKind) if kind != "customer_number"]
    kind = one.text("kind", choices=sorted(OF_CUSTOMER) if source == "customer" else of_message)
    form = one.text("form", default="")
    if (source == "message" and kind in FORMED) and (problem := form_problem(form)):
        raise InvalidInput(_form_message(one.where, problem))
    if form and not (source == "message" and kind in FORMED):
        raise InvalidInput(_("%(where)s: a %(kind)s has no form.") % {"where": one.where, "kind": kind})
    return Parameter(
        name=one.named(),
        kind=kind,  # type: ignore[arg-type]  # checked against the same list
        source=source,  # type: ignore[arg-type]
        form=form,
        is_required=one.flag("required"),
        label=one.words("label"),
    )


def _form_message(where: str, problem: str) -> str:
    if problem == "loose":
        message = _(
            "%(where)s: the form would match ordinary words. It needs a digit and at least four signs of # @ *."
        )
    else:
        message = _("%(where)s: a form is such as LH-########, # for a digit, @ for a letter, * for either.")
    return message % {"where": where}


def read_reply_shape(raw: object) -> ReplyShape:
    shape = Declared(raw, _("The reply"), ("results", "owner", "fields"))
    listed = _listed(shape.raw.get("fields"), MOST_FIELDS)
    fields = tuple(_field(one, number) for number, one in enumerate(listed, start=1))
    _require_once(one.name for one in fields)
    return ReplyShape(shape.path("results", default=""), shape.path("owner", default=""), fields)


def _field(raw: object, number: int) -> ReplyField:
    known = ("name", "path", "kind", "label", "required", "longest", "choices")
    one = Declared(raw, _("Field %(number)d") % {"number": number}, known)
    name = one.named()
    kind = one.text("kind", choices=get_args(FieldKind))
    longest = one.raw.get("longest", 120)
    if type(longest) is not int or not 1 <= longest <= LONGEST_TEXT:
        facts = {"where": one.where, "most": LONGEST_TEXT}
        raise InvalidInput(_("%(where)s: longest must be a number from 1 to %(most)d.") % facts)
    return ReplyField(
        name=name,
        path=one.path("path", default=name),
        kind=kind,  # type: ignore[arg-type]  # checked against the same list
        label=one.words("label"),
        is_required=one.flag("required"),
        longest=longest,
        choices=_choices(one) if kind == "choice" else None,
    )


def _choices(one: Declared) -> Mapping[str, Mapping[str, str]]:
    raw = one.raw.get("choices")
    if not isinstance(raw, dict) or not 1 <= len(raw) <= MOST_CHOICES:
        raise InvalidInput(_("%(where)s: choices must be an object of the values it may have.") % {"where": one.where})
    return {str(value): _words(words, f"{one.where}: {value}") for value, words in raw.items()}


def read_questions(raw: object) -> tuple[str, ...]:
    listed = raw if isinstance(raw, list | tuple) else []
    found = tuple(one.strip() for one in listed if isinstance(one, str) and one.strip())
    if not found:
        raise InvalidInput(_("Write at least one question as a customer would ask it."))
    return found


def _words(raw: object, where: str) -> Mapping[str, str]:
    if not isinstance(raw, dict) or set(raw) != set(LANGUAGES):
        raise InvalidInput(_('%(where)s must be in both languages: {"en": …, "zh": …}.') % {"where": where})
    if not all(isinstance(text, str) and 0 < len(text.strip()) <= LONGEST_LABEL for text in raw.values()):
        facts = {"where": where, "most": LONGEST_LABEL}
        raise InvalidInput(_("%(where)s: words of 1 to %(most)d characters.") % facts)
    return {language: str(raw[language]).strip() for language in LANGUAGES}


def _listed(raw: object, most: int) -> Sequence[object]:
    if not isinstance(raw, list) or len(raw) > most:
        raise InvalidInput(_("This must be a list: […], of at most %(most)d entries.") % {"most": most})
    return raw


def _require_once(names: Iterable[str]) -> None:
    listed = list(names)
    if twice := sorted({name for name in listed if listed.count(name) > 1}):
        raise InvalidInput(_("These names stand twice: %(names)s.") % {"names": ", ".join(twice)})
