"""
Reading one item in the Segment format: checked and cleaned, or refused with a reason.

Plain code without a framework, because it runs for every event that comes in. What an item says of its origin is not
read at all: where an event was born is decided by the door it came through.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from csassist.customers.intake.reasons import Reason, Refusal, Unfit
from csassist.customers.intake.times import happened_at, read_time
from csassist.customers.intake.traits import Traits, read_traits
from csassist.customers.intake.values import as_json, value_milli

OWN_PREFIX: Final = "csassist."
MOST_CHARACTERS: Final = 100
PAGE_NAME: Final = "page_viewed"
FIELDS_KEPT: Final = 40
FIELD_MOST_CHARACTERS: Final = 60
UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Permit:
    """
    What the key of a request may do. `allowed_names` empty: every name.

    `proven_number` is the customer number that a signed customer token of the request names; empty without one.
    """

    is_public: bool
    allowed_names: frozenset[str] = frozenset()
    proven_number: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """
    One event that may be stored. `number` is the customer number, `previous_id` who else that is, by an alias.

    `links` says that `anonymous_id` is known to be the customer from now on. `received_at` stands here only when an
    import declares it.
    """

    message_id: str
    type: str
    name: str
    number: str
    anonymous_id: str
    previous_id: str
    occurred_at: datetime
    value_milli: int | None
    properties: str  # JSON
    traits: tuple[tuple[str, str | date], ...] = ()
    links: bool = False
    received_at: datetime | None = None


Reader = Callable[[dict[str, Any], Permit], tuple[str, dict[str, Any], Traits]]


def read_item(raw: object, *, permit: Permit, received_at: datetime, sent_at: datetime | None = None) -> Item | Refusal:
    """The item as it would be stored, or why not. `sent_at` is the batch's own, for an item that has none."""
    if not isinstance(raw, dict):
        return Refusal(Reason.NOT_AN_OBJECT)
    try:
        return _read(raw, permit, received_at, sent_at)
    except Unfit as unfit:
        return Refusal(
            unfit.reason,
            field=unfit.field,
            message_id=_shown(raw.get("messageId")),
            type=_shown(raw.get("type"))[:20],
            name=_shown(raw.get("event") or raw.get("name")),
            fields=fields_of(raw),
        )


def fields_of(raw: dict[str, Any]) -> tuple[str, ...]:
    """The names of an item's fields, one level deep; never what stands in them."""
    found: list[str] = []
    for name, value in list(raw.items())[:FIELDS_KEPT]:
        inner = list(value)[:FIELDS_KEPT] if isinstance(value, dict) else []
        found += [f"{name}.{one}" for one in inner] or [name]
    return tuple(_shown(one)[:FIELD_MOST_CHARACTERS] for one in found[:FIELDS_KEPT])


def _read(raw: dict[str, Any], permit: Permit, received_at: datetime, sent_at: datetime | None) -> Item:
    kind = raw.get("type")
    reader = READERS.get(kind) if isinstance(kind, str) else None
    if reader is None or kind is None:
        raise Unfit(Reason.UNKNOWN_TYPE, "type")
    if permit.is_public and kind != "track":
        raise Unfit(Reason.PUBLIC_KEY_MAY_ONLY_TRACK, "type")
    name, properties, traits = reader(raw, permit)
    message_id = _message_id(raw.get("messageId"), permit)
    number = _number(raw.get("userId"), permit)
    anonymous_id = _id(raw.get("anonymousId"), Reason.BAD_ANONYMOUS_ID, "anonymousId")
    previous_id = ""
    if kind == "alias":
        previous_id = _id(raw.get("previousId"), Reason.BAD_PREVIOUS_ID, "previousId")
        if not previous_id or not number:
            raise Unfit(Reason.NOBODY, "userId" if previous_id else "previousId")
        if previous_id == number:
            raise Unfit(Reason.ALIAS_OF_ITSELF, "previousId")
    if not number and not anonymous_id:
        raise Unfit(Reason.NOBODY, "userId")
    when = happened_at(
        read_time(raw.get("timestamp"), "timestamp"),
        sent_at=read_time(raw.get("sentAt"), "sentAt") or sent_at,
        received_at=received_at,
    )
    return Item(
        message_id=message_id,
        type=kind,
        name=name,
        number=number,
        anonymous_id=anonymous_id,
        previous_id=previous_id,
        occurred_at=when,
        value_milli=value_milli(properties) if kind != "identify" else None,
        properties=as_json(properties, "properties") if properties else "{}",
        traits=tuple(traits.items()),
        links=bool(number and anonymous_id and (kind == "identify" or permit.is_public)),
    )


def _track(raw: dict[str, Any], permit: Permit) -> tuple[str, dict[str, Any], Traits]:
    name = raw.get("event")
    if not isinstance(name, str) or not name or len(name) > MOST_CHARACTERS or not name.isprintable():
        raise Unfit(Reason.BAD_NAME, "event")
    name = name.strip()
    if not name:
        raise Unfit(Reason.BAD_NAME, "event")
    if name.lower().startswith(OWN_PREFIX):
        raise Unfit(Reason.RESERVED_NAME, "event")
    if permit.allowed_names and name not in permit.allowed_names:
        raise Unfit(Reason.NAME_NOT_ALLOWED, "event")
    return name, _object(raw, "properties"), {}


def _page(raw: dict[str, Any], permit: Permit) -> tuple[str, dict[str, Any], Traits]:
    properties = _object(raw, "properties")
    if isinstance(raw.get("name"), str):
        properties = {"name": raw["name"], **properties}
    return PAGE_NAME, properties, {}


def _identify(raw: dict[str, Any], permit: Permit) -> tuple[str, dict[str, Any], Traits]:
    traits = _object(raw, "traits")
    return "identify", traits, read_traits(traits)


def _alias(raw: dict[str, Any], permit: Permit) -> tuple[str, dict[str, Any], Traits]:
    return "alias", {"previousId": _id(raw.get("previousId"), Reason.BAD_PREVIOUS_ID, "previousId")}, {}


READERS: Final[dict[str, Reader]] = {"track": _track, "page": _page, "identify": _identify, "alias": _alias}


def _object(raw: dict[str, Any], field: str) -> dict[str, Any]:
    value = raw.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unfit(Reason.BAD_PROPERTIES, field)
    return value


def _message_id(value: object, permit: Permit) -> str:
    """The sender's name of the event, or one of our own. Who has a public key could otherwise forestall a server's."""
    if value is None or value == "":
        return str(uuid.uuid4())
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS or not value.isprintable():
        raise Unfit(Reason.BAD_MESSAGE_ID, "messageId")
    if permit.is_public and not UUID.fullmatch(value):
        raise Unfit(Reason.BAD_MESSAGE_ID, "messageId")
    if value.lower().startswith(OWN_PREFIX):
        raise Unfit(Reason.RESERVED_MESSAGE_ID, "messageId")
    return value


def _number(value: object, permit: Permit) -> str:
    number = _id(value, Reason.BAD_USER_ID, "userId")
    if not permit.is_public:
        return number
    if number and number != permit.proven_number:
        raise Unfit(Reason.UNPROVEN_CUSTOMER, "userId")
    return permit.proven_number


def _id(value: object, reason: Reason, field: str) -> str:
    if value is None or value == "":
        return ""
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS or not value.isprintable() or value != value.strip():
        raise Unfit(reason, field)
    return value


def _shown(value: object) -> str:
    """What an item says of itself, for people to find it by: short, and nothing that a database would refuse."""
    if not isinstance(value, str):
        return ""
    return "".join(one for one in value[:MOST_CHARACTERS] if one.isprintable())
