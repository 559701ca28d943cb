"""The one place where a message changes its state: conditional on what the caller saw, and on record."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from csassist.audit.context import current_actor
from csassist.delivery.models import Delivery, DeliveryEvent
from csassist.delivery.states import OVER, TRANSITIONS, State, Step

ERASED = {"subject": "", "text": "", "html": "", "headers": {}}


class ForbiddenTransition(Exception):
    """A bug: the state cannot follow."""


@transaction.atomic(savepoint=False)
def move(delivery: Delivery, step: Step, **changes: Any) -> bool:
    """
    Take the step, with further `changes` of fields. False, and nothing happened, when the row has another state or
    epoch than `delivery` says. Afterwards `delivery` says what the row says. Raises ForbiddenTransition.
    """
    if step.state not in TRANSITIONS[State(delivery.state)]:
        raise ForbiddenTransition(f"{delivery.state} to {step.state}")
    now = timezone.now()
    changes = {
        "lease_until": None,
        "not_before": step.not_before or delivery.not_before,
        **changes,
        "state": step.state.value,
        "problem": step.problem,
        "in_doubt_until": step.in_doubt_until,
        "changed_at": now,
    }
    if delivery.holds_secret and step.state in OVER:
        changes |= {**ERASED, "content_erased_at": now}
    as_seen = Delivery.objects.filter(pk=delivery.pk, state=delivery.state, epoch=delivery.epoch)
    if not as_seen.update(**changes):
        return False
    for name, value in changes.items():
        setattr(delivery, name, value)
    if step.state != State.SENDING:  # the row itself says that; the history tells how each attempt ended
        note(delivery)
    return True


def note(delivery: Delivery) -> None:
    """Add what the row says now to the history."""
    actor = current_actor.get()
    DeliveryEvent.objects.create(
        delivery=delivery,
        state=delivery.state,
        problem=delivery.problem,
        attempt=delivery.attempts_count,
        actor_name=actor.name if actor.kind == "staff" else "",
    )
