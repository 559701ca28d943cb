"""Password login from Django; permissions from the table in `roles`."""

from django.contrib.auth.backends import ModelBackend

from csassist.accounts.roles import role_allows, role_allows_app


class RoleBackend(ModelBackend):
    """An inactive user holds no permission; an object never widens or narrows what the role says."""

    def has_perm(self, user_obj: object, perm: str, obj: object = None) -> bool:
        return bool(getattr(user_obj, "is_active", False)) and role_allows(getattr(user_obj, "role", ""), perm)

    def has_module_perms(self, user_obj: object, app_label: str) -> bool:
        return bool(getattr(user_obj, "is_active", False)) and role_allows_app(getattr(user_obj, "role", ""), app_label)
