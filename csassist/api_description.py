"""How the API description (OpenAPI) names the two ways of proving who asks. The route map imports it."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # defining it registers it
    target_class = "csassist.rest.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key, made in the admin site."}


class VisitorScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # defining it registers it
    target_class = "csassist.conversations.authentication.VisitorAuthentication"
    name = "visitor"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        description = "`Visitor <visitor_token>` of a conversation, or `Bearer csk_…`: an API key that may ask."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": description}
