"""Who may call what. The default is staff only; a public view says so by naming `AllowAny` itself."""

from django.views import View
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from csassist.accounts.models import ApiKey


class IsStaffMember(BasePermission):
    """Signed-in staff whose role holds the view's `permission`, or an API key that holds its `scope`."""

    def has_permission(self, request: Request, view: View) -> bool:
        if not request.user.is_authenticated or not request.user.is_active:
            return False
        if isinstance(request.auth, ApiKey):
            scope = required(view, "scopes", request.method)
            return scope is not None and scope in request.auth.scopes
        permission = required(view, "permissions_needed", request.method)
        return permission is None or request.user.has_perm(permission)


def required(view: View, attribute: str, method: str | None) -> str | None:
    """What the view asks of this method: its own entry, or the one under "*"."""
    table: dict[str, str] = getattr(view, attribute, {})
    return table.get(method or "", table.get("*"))
