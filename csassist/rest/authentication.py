"""How a request proves who it is: an API key in the Authorization header. Browsers use Django's session."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from csassist.accounts.models import ApiKey, User
from csassist.accounts.services import api_key_for
from csassist.audit.context import Actor, current_actor


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer csk_…`. No header means "not mine"; a bad key is refused, never treated as anonymous."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        keyword, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if keyword != self.keyword:
            return None
        key = api_key_for(secret.strip())
        if key is None:
            raise AuthenticationFailed(_("This API key is not valid. It may have been revoked."))
        current_actor.set(Actor(kind="api_key", identifier=str(key.public_id), name=key.name))
        return key.created_by, key

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
