"""Why an item is not accepted: a closed list, part of the API."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    NOT_AN_OBJECT = "not_an_object"
    TOO_LARGE = "too_large"
    UNKNOWN_TYPE = "unknown_type"
    BAD_NAME = "bad_name"
    RESERVED_NAME = "reserved_name"
    NAME_NOT_ALLOWED = "name_not_allowed"
    BAD_MESSAGE_ID = "bad_message_id"
    RESERVED_MESSAGE_ID = "reserved_message_id"
    NOBODY = "nobody"
    BAD_USER_ID = "bad_user_id"
    BAD_ANONYMOUS_ID = "bad_anonymous_id"
    BAD_PREVIOUS_ID = "bad_previous_id"
    ALIAS_OF_ITSELF = "alias_of_itself"
    BAD_TIMESTAMP = "bad_timestamp"
    IN_FUTURE = "in_future"
    TOO_OLD = "too_old"
    RECEIVED_BEFORE_IT_HAPPENED = "received_before_it_happened"
    BAD_PROPERTIES = "bad_properties"
    BAD_VALUE = "bad_value"
    BAD_TRAIT = "bad_trait"
    PUBLIC_KEY_MAY_ONLY_TRACK = "public_key_may_only_track"
    UNPROVEN_CUSTOMER = "unproven_customer"


FORBIDDEN = frozenset({Reason.PUBLIC_KEY_MAY_ONLY_TRACK, Reason.UNPROVEN_CUSTOMER, Reason.NAME_NOT_ALLOWED})


class Unfit(Exception):
    """An item is refused. `field` is the part of it that is wrong; empty when it is the whole."""

    def __init__(self, reason: Reason, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that was not accepted: why, and what it said of itself as far as that could be read."""

    reason: Reason
    field: str = ""
    message_id: str = ""
    type: str = ""
    name: str = ""
    fields: tuple[str, ...] = ()
