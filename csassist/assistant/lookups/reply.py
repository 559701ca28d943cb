"""
Reading what a system answered: every byte of it is somebody else's word until it has passed here.

It must be JSON of the declared shape, every result must say that it belongs to the customer who was asked about, and
a number that the customer named must come back as the same number. Anything else is a verdict, and nothing of the reply
is used: half a reply of a system that errs is no better than all of it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from csassist.assistant.lookups.definitions import Definition, ReplyField

MOST_RESULTS = 200
LARGEST_NUMBER = 10**12
ReplyVerdict = Literal["ok", "not_found", "not_yours", "bad_reply"]
Value = str | int | float | date | datetime
Result = Mapping[str, Value]


@dataclass(frozen=True)
class Reading:
    """`detail` names the field that decided, never what stood in it."""

    verdict: ReplyVerdict = "bad_reply"
    results: tuple[Result, ...] = ()
    detail: str = ""


class _Bad(ValueError):
    """The reply is not what was declared; the message names the place."""


_ABSENT: Any = object()


def read_reply(
    body: bytes, definition: Definition, customer_number: str, asked: Mapping[str, str] | None = None
) -> Reading:
    """The results of a reply, all of them checked before any counts. `asked` are the values that the message gave."""
    try:
        raw = _results(_json(body), definition)
        if any(not _belongs(one, definition, customer_number) for one in raw):
            return Reading("not_yours", detail="owner")
        results = tuple({**_result(one, definition)} for one in raw)
        _require_asked(results, definition, asked or {})
    except _Bad as error:
        return Reading("bad_reply", detail=str(error)[:120])
    return Reading("ok", results) if results else Reading("not_found")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_constant, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        raise _Bad("json") from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice could be read in two ways, by us and by whoever looks for the fault."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name stands twice.")
    return found


def _results(reply: Any, definition: Definition) -> list[Any]:
    if not isinstance(reply, dict):
        raise _Bad("object")
    if not definition.reply.results:
        return [reply]
    listed = _at(reply, definition.reply.results)
    if not isinstance(listed, list) or len(listed) > MOST_RESULTS:
        raise _Bad("results")
    return listed


def _belongs(result: Any, definition: Definition, customer_number: str) -> bool:
    """Whether a result says that it is this customer's. One that says nothing is nobody's."""
    if not definition.requires_verification:
        return True
    owner = _at(result, definition.reply.owner)
    if type(owner) is int:
        owner = str(owner)
    return bool(customer_number) and isinstance(owner, str) and owner == customer_number


def _result(result: Any, definition: Definition) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for declared in definition.reply.fields:
        value = _at(result, declared.path)
        if value is _ABSENT or value is None:
            if declared.is_required:
                raise _Bad(declared.name)
            continue
        found[declared.name] = _checked(value, declared)
    return found


def _checked(value: Any, declared: ReplyField) -> Value:
    if declared.kind == "number":
        if type(value) not in {int, float} or abs(value) > LARGEST_NUMBER:
            raise _Bad(declared.name)
        return value  # type: ignore[no-any-return]
    if declared.kind == "reference" and type(value) is int:
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= declared.longest or not value.isprintable():
        raise _Bad(declared.name)
    if declared.kind == "choice" and value not in (declared.choices or {}):
        raise _Bad(declared.name)
    if declared.kind == "date":
        return _day(value, declared)
    return _moment(value, declared) if declared.kind == "moment" else value


def _day(value: str, declared: ReplyField) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _Bad(declared.name) from error


def _moment(value: str, declared: ReplyField) -> datetime:
    """A moment without a zone could be anywhere."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise _Bad(declared.name) from error
    if moment.tzinfo is None:
        raise _Bad(declared.name)
    return moment


def _require_asked(results: tuple[Result, ...], definition: Definition, asked: Mapping[str, str]) -> None:
    """A field that is named like a parameter of the message must hold what the message asked for."""
    for name, value in asked.items():
        for result in results:
            if name in result and _plain(str(result[name])) != _plain(value):
                raise _Bad(name)


def _plain(number: str) -> str:
    return "".join(sign for sign in number.upper() if sign.isalnum())


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return _ABSENT
        value = value[name]
    return value
