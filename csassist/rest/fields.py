"""Input fields that DRF does not have."""

from typing import Any

from django.core.validators import ProhibitNullCharactersValidator
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

REFUSING = (ProhibitNullCharactersValidator, ProhibitSurrogateCharactersValidator)


class FreeText(serializers.CharField):
    """
    Words as somebody typed or pasted them: characters that cannot be stored pass, because the service drops them.

    DRF would refuse the whole text for one stray NUL. Use it only for texts that a service cleans.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(trim_whitespace=False, **settings)
        self.validators = [validator for validator in self.validators if not isinstance(validator, REFUSING)]
