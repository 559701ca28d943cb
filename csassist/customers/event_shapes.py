"""
The event routes as the API description shows them. What is sent is checked by `intake.items`, which runs for every
event and is plain code; these only describe it, in the spelling of Segment.
"""

from typing import Any, Final

from csassist.customers.intake.reasons import Reason

TEXT: Final = {"type": "string"}
ID: Final = {"type": "string", "maxLength": 100}
TIME: Final = {"type": "string", "format": "date-time"}
OBJECT: Final = {"type": "object", "additionalProperties": {}}

COMMON: Final[dict[str, Any]] = {
    "messageId": {**ID, "description": "Sent again with the same one, it is not stored again."},
    "userId": {**ID, "description": "Your customer number."},
    "anonymousId": ID,
    "timestamp": {**TIME, "description": "When it happened; without one: now."},
    "sentAt": {**TIME, "description": "By your clock: a wrong clock is corrected by it."},
    "writeKey": {**TEXT, "description": "Where no header can be set."},
}
PROOF: Final[dict[str, Any]] = {
    "customerToken": {**TEXT, "description": "With a public key: the JWT of your own site."}
}
PROPERTIES: Final[dict[str, Any]] = {
    "properties": {
        **OBJECT,
        "description": "The first number of `value`, `revenue`, `total`, `amount`, `rating` is what is counted.",
    }
}
TRAITS: Final[dict[str, Any]] = {
    "traits": {
        **OBJECT,
        "description": "`name`, `email`, `phone`, `plan`, `language`, `timezone`, `country` and `createdAt` are kept.",
    }
}


def item(*required: str, **fields: Any) -> dict[str, Any]:
    """The description of one item's body."""
    shape: dict[str, Any] = {"type": "object", "properties": {**COMMON, **fields}}
    return {"application/json": {**shape, "required": list(required)} if required else shape}


TRACK: Final = item("event", event=ID, **PROPERTIES, **PROOF)
PAGE: Final = item(name=TEXT, **PROPERTIES)
IDENTIFY: Final = item("userId", **TRAITS)
ALIAS: Final = item("previousId", "userId", previousId=ID)
BATCH: Final[dict[str, Any]] = {
    "application/json": {
        "type": "object",
        "required": ["batch"],
        "properties": {
            "batch": {"type": "array", "maxItems": 500, "items": OBJECT},
            "sentAt": TIME,
            "writeKey": TEXT,
            **PROOF,
        },
    }
}
RECEIVED: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["results", "accepted", "duplicates", "rejected"],
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["messageId", "status"],
                "properties": {
                    "messageId": TEXT,
                    "status": {"type": "string", "enum": ["accepted", "duplicate", "rejected"]},
                    "reason": {"type": "string", "enum": [one.value for one in Reason]},
                },
            },
        },
        **{name: {"type": "integer"} for name in ("accepted", "duplicates", "rejected")},
    },
}
