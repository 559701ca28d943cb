"""Writing look-ups: only what holds together is saved, and who changed what stays on record."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from csassist.assistant.lookups.rows import definition_of
from csassist.assistant.models import LookUp
from csassist.audit.services import record
from csassist.core.errors import InvalidInput


@transaction.atomic
def save_look_up(*, look_up: LookUp, changed_fields: tuple[str, ...] = ()) -> LookUp:
    """Store it as it is now. Raises InvalidInput with every problem in `fields`, by the name of the field."""
    is_new = look_up.pk is None
    try:
        look_up.full_clean()
    except ValidationError as error:
        fields = {name: " ".join(messages) for name, messages in error.message_dict.items()}
        raise InvalidInput(_("The look-up is not complete."), fields=fields) from error
    definition_of(look_up)
    look_up.save()
    record("look_up.created" if is_new else "look_up.changed", look_up, fields=list(changed_fields))
    return look_up


@transaction.atomic
def delete_look_up(*, look_up: LookUp) -> None:
    """Take it away; the calls that were made with it stay, by its key."""
    record("look_up.deleted", look_up, key=look_up.key)
    look_up.delete()
