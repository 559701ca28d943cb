"""The reasons for a refusal, in words for whoever builds a source."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from csassist.customers.intake.reasons import Reason

REASONS: Final[dict[str, str | Promise]] = {
    Reason.NOT_AN_OBJECT: _("The item is not a JSON object."),
    Reason.TOO_LARGE: _("What it would store is larger than 32 kB."),
    Reason.UNKNOWN_TYPE: _("The type is none of track, page, identify and alias."),
    Reason.BAD_NAME: _("The event has no name, or one that is too long or not plain text."),
    Reason.RESERVED_NAME: _("Names that begin with csassist. are this help desk's own."),
    Reason.NAME_NOT_ALLOWED: _("This source may not send this name."),
    Reason.BAD_MESSAGE_ID: _("The message id is too long or not plain text; with a public key it must be a UUID."),
    Reason.RESERVED_MESSAGE_ID: _("Message ids that begin with csassist. are this help desk's own."),
    Reason.NOBODY: _("Nothing says whose event it is: a userId or an anonymousId is needed, for an alias both ids."),
    Reason.BAD_USER_ID: _("The userId is too long or not plain text."),
    Reason.BAD_ANONYMOUS_ID: _("The anonymousId is too long or not plain text."),
    Reason.BAD_PREVIOUS_ID: _("The previousId is too long or not plain text."),
    Reason.ALIAS_OF_ITSELF: _("An alias of itself says nothing."),
    Reason.BAD_TIMESTAMP: _("A time is not in ISO 8601."),
    Reason.IN_FUTURE: _("It lies in the future by more than five minutes."),
    Reason.TOO_OLD: _("It lies before the year 2000."),
    Reason.RECEIVED_BEFORE_IT_HAPPENED: _("It is said to have been received before it happened."),
    Reason.BAD_PROPERTIES: _("The properties are no object, or hold what cannot be stored."),
    Reason.BAD_VALUE: _("The value is no number, or one that is too large."),
    Reason.BAD_TRAIT: _("A trait has a value that it cannot have."),
    Reason.PUBLIC_KEY_MAY_ONLY_TRACK: _("A public key may only send track."),
    Reason.UNPROVEN_CUSTOMER: _("With a public key a userId needs the signed customer token that names it."),
}


def in_words(reason: str) -> str:
    """The reason in words; one of an older release stands for itself."""
    return str(REASONS.get(reason, reason))
