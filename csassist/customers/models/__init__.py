"""Names the models."""

from csassist.customers.models.events import (
    CustomerEvent,
    DirtyCustomer,
    EventName,
    EventOrigin,
    EventSource,
    EventType,
    IdentityLink,
    RefusedEvent,
    TraitChange,
)
from csassist.customers.models.imports import EventImport
from csassist.customers.models.people import Customer, CustomerFact, Identity, SignIn

__all__ = [
    "Customer",
    "CustomerEvent",
    "CustomerFact",
    "DirtyCustomer",
    "EventImport",
    "EventName",
    "EventOrigin",
    "EventSource",
    "EventType",
    "Identity",
    "IdentityLink",
    "RefusedEvent",
    "SignIn",
    "TraitChange",
]
