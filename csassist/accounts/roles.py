"""
What each role may do, in one table.

Roles are fixed (admin, supervisor, agent), so permissions come from this table instead of rows that can drift: the
backend answers Django's `has_perm` from it, and the admin site, the API and the tests read the same answer.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMIN = "admin", _("Admin")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENT = "agent", _("Agent")


READ = ("view",)
WRITE = ("view", "add", "change", "delete")
EDIT = ("view", "change")

# app label -> model name ("*" = every model of the app) -> verbs. Admins may do everything.
GRANTS: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    Role.SUPERVISOR: {
        "knowledge": {"*": (*WRITE, "publish")},
        "prompts": {"*": WRITE},
        "conversations": {"*": EDIT, "tag": WRITE, "macro": WRITE, "survey": READ},
        "customers": {"*": READ, "customerfact": WRITE, "eventname": EDIT},
        "proactive": {
            "*": READ,
            "issuetype": WRITE,
            "scorecardrule": WRITE,
            "backtest": ("view", "add"),
            "trainingrun": ("view", "add"),
        },
        "assistant": {
            "*": READ,
            "goldenquestion": WRITE,
            "comparison": EDIT,
            "question": ("try",),
            "autonomyrule": WRITE,
            "draft": ("view", "decide"),
            "practicescenario": WRITE,
            "practicesession": ("view", "add", "review"),
            "practiceturn": (),
        },
        "delivery": {"delivery": (*READ, "decide")},
        "analysis": {"*": WRITE},
        "llm": {"*": READ},
        "audit": {"*": READ},
        "scheduling": {"*": READ},
        "accounts": {"user": READ, "team": WRITE, "openinghours": WRITE, "holiday": WRITE},
    },
    Role.AGENT: {
        "knowledge": {
            "collection": READ,
            "document": READ,
            "documentversion": READ,
            "passage": READ,
            "finding": READ,
            "gap": READ,
        },
        "conversations": {"*": EDIT, "tag": READ, "macro": READ, "survey": READ},
        "customers": {"*": READ, "customerfact": WRITE},
        "assistant": {
            "*": READ,
            "draft": ("view", "decide"),
            "practicescenario": (),  # its script would give the case away
            "practicesession": ("add",),  # their own, on the pages of practice
            "practiceturn": (),
        },
        "analysis": {"intent": READ, "messagereading": EDIT},
        "proactive": {"issuetype": READ, "currentrisk": READ, "riskscore": READ},
    },
}


def role_allows(role: str, permission: str) -> bool:
    """Whether a role holds a Django permission such as `knowledge.change_document`."""
    if role == Role.ADMIN:
        return True
    app_label, _dot, codename = permission.partition(".")
    verb, _underscore, model_name = codename.partition("_")
    models_of_app = GRANTS.get(role, {}).get(app_label, {})
    return verb in models_of_app.get(model_name, models_of_app.get("*", ()))


def role_allows_app(role: str, app_label: str) -> bool:
    """Whether a role may see anything of an app."""
    return role == Role.ADMIN or bool(GRANTS.get(role, {}).get(app_label))
