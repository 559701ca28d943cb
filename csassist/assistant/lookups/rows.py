"""
From the row that an admin writes to a definition that holds together, or every problem that keeps it from one.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from csassist.assistant.lookups.declared import LANGUAGES, read_parameters, read_questions, read_reply_shape
from csassist.assistant.lookups.definitions import Definition, Parameter, ReplyShape, Wording
from csassist.assistant.models import LookUp
from csassist.core.errors import InvalidInput
from prompts.templating import MEANT_AS_VARIABLE, VARIABLE, variables_of

LIST_SLOTS = ("count",)


def definition_of(row: LookUp) -> Definition:
    """Raises InvalidInput with every problem in `fields`, by the name of the row's field."""
    problems: dict[str, str] = {}

    def read(field: str, reader: Any) -> Any:
        try:
            return reader(getattr(row, field))
        except InvalidInput as error:
            problems[field] = error.message
            return None

    parameters = read("parameters", read_parameters)
    reply = read("reply", read_reply_shape)
    questions = {language: read(f"questions_{language}", read_questions) for language in LANGUAGES}
    read("url", lambda url: _check_url(url, parameters or ()))
    if reply is not None:
        problems |= _binding_problems(row, parameters or (), reply)
        problems |= _wording_problems(row, reply)
    if problems:
        raise InvalidInput(" ".join(problems.values()), fields=problems)
    return Definition(
        pk=row.pk,
        key=row.key,
        url=row.url,
        secret_name=row.secret_name,
        parameters=parameters,
        reply=reply,
        questions=questions,
        wording={language: _wording(row, language) for language in LANGUAGES},
        intent_key=row.intent_key,
        deadline_seconds=row.deadline_seconds,
        max_bytes=row.max_bytes,
        requires_verification=row.requires_verification,
    )


def enabled_definitions() -> tuple[Definition, ...]:
    """Those in use, in their order. One that does not hold together any more is left out."""
    found = []
    for row in LookUp.objects.enabled():
        try:
            found.append(definition_of(row))
        except InvalidInput:  # written past the admin, or before a rule was made
            continue
    return tuple(found)


def _check_url(url: str, parameters: Sequence[Parameter]) -> None:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InvalidInput(_("This is not a web address.")) from error
    if parts.scheme not in {"https", "http"} or not parts.hostname or not url.isascii() or not url.isprintable():
        raise InvalidInput(_("The address must begin with https:// and hold plain letters only."))
    if parts.username is not None or parts.fragment or " " in VARIABLE.sub("", url) or "\\" in url:
        raise InvalidInput(_("The address must not have a user name, a fragment or blanks."))
    if variables_of(f"{parts.netloc} {parts.query}"):
        raise InvalidInput(_("Parameters may stand in the path of the address only."))
    required = {one.name for one in parameters if one.is_needed}
    if unknown := set(_slots(parts.path)) - required:
        message = _("The path names parameters that are not there or not required: %(names)s.")
        raise InvalidInput(message % {"names": ", ".join(sorted(unknown))})


def _binding_problems(row: LookUp, parameters: Sequence[Parameter], reply: ReplyShape) -> dict[str, str]:
    """Whose data it is must be known exactly where it is somebody's."""
    if row.requires_verification and not reply.owner:
        return {"reply": _("The reply must say whose it is: name the path to the customer number as owner.")}
    if not row.requires_verification and any(one.source == "customer" for one in parameters):
        return {"parameters": _("Nothing of a customer is sent when nobody has to be proven.")}
    if not row.requires_verification and reply.owner:
        return {"reply": _("A reply that belongs to a customer is for a proven customer only.")}
    return {}


def _wording_problems(row: LookUp, reply: ReplyShape) -> dict[str, str]:
    fields = [one.name for one in reply.fields]
    allowed = {"answer": fields, "list_line": fields, "list_lead": LIST_SLOTS, "empty": ()}
    problems: dict[str, str] = {}
    for language in LANGUAGES:
        for name, slots in allowed.items():
            text = getattr(row, f"{name}_{language}")
            if unknown := sorted(set(_slots(text)) - set(slots)):
                facts = {"names": ", ".join(unknown), "known": ", ".join(slots) or "–"}
                problems[f"{name}_{language}"] = _("Unknown: %(names)s. Known are: %(known)s.") % facts
            elif not text.strip() and (name in {"answer", "empty"} or reply.results):
                problems[f"{name}_{language}"] = _("Write what the customer reads.")
    return problems


def _wording(row: LookUp, language: str) -> Wording:
    names = ("name", "answer", "list_lead", "list_line", "empty")
    return Wording(**{name: getattr(row, f"{name}_{language}").strip() for name in names})


def _slots(text: str) -> list[str]:
    """What stands in double braces, whether it can be a name or not."""
    return [found.strip() for found in MEANT_AS_VARIABLE.findall(text)]
