"""What each role may do, read from the outside."""

import pytest
from django.contrib.auth.models import AnonymousUser

from csassist.accounts.models import User
from csassist.accounts.roles import role_allows, role_allows_app
from csassist.core.text import word_set
from tests.factories import UserFactory

pytestmark = pytest.mark.once

CASES = [
    ("knowledge.change_document", {"admin", "supervisor"}),
    ("knowledge.publish_document", {"admin", "supervisor"}),
    ("knowledge.view_document", {"admin", "supervisor", "agent"}),
    ("knowledge.view_source", {"admin", "supervisor"}),
    ("prompts.change_prompt", {"admin", "supervisor"}),
    ("prompts.view_prompt", {"admin", "supervisor"}),
    ("assistant.try_question", {"admin", "supervisor"}),
    ("analysis.change_messagereading", {"admin", "supervisor", "agent"}),
    ("analysis.view_intent", {"admin", "supervisor", "agent"}),
    ("analysis.change_intent", {"admin", "supervisor"}),
    ("analysis.add_intentmodelversion", {"admin", "supervisor"}),
    ("analysis.view_intentmodelversion", {"admin", "supervisor"}),
    ("conversations.view_conversation", {"admin", "supervisor", "agent"}),
    ("conversations.change_personrequest", {"admin", "supervisor", "agent"}),
    ("conversations.delete_conversation", {"admin"}),
    ("customers.view_customer", {"admin", "supervisor", "agent"}),
    ("customers.change_customer", {"admin"}),
    ("accounts.view_user", {"admin", "supervisor"}),
    ("accounts.change_user", {"admin"}),
    ("accounts.view_apikey", {"admin"}),
    ("accounts.add_apikey", {"admin"}),
    ("accounts.add_invitation", {"admin"}),
    ("accounts.view_invitation", {"admin"}),
    ("delivery.view_delivery", {"admin", "supervisor"}),
    ("delivery.decide_delivery", {"admin", "supervisor"}),
    ("delivery.view_storedmail", {"admin"}),
    ("audit.view_auditevent", {"admin", "supervisor"}),
    ("proactive.view_currentrisk", {"admin", "supervisor", "agent"}),
    ("proactive.view_scoremodel", {"admin", "supervisor"}),
    ("proactive.promote_scoremodel", {"admin"}),
    ("proactive.change_issuetype", {"admin", "supervisor"}),
    ("proactive.add_backtest", {"admin", "supervisor"}),
    ("nonsense", {"admin"}),
    ("", {"admin"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("permission", "roles"), CASES)
def test_a_role_may_do_exactly_this(permission, roles):
    for role in ("admin", "supervisor", "agent"):
        user = UserFactory.create(role=role)
        assert user.has_perm(permission) is (role in roles), role
        user.is_active = False
        assert not user.has_perm(permission), role


@pytest.mark.parametrize("role", ["", "boss", "ADMIN"])
def test_an_unknown_role_may_nothing(role):
    assert not role_allows(role, "conversations.view_conversation")
    assert not role_allows_app(role, "conversations")


EVERY_APP = word_set("knowledge prompts conversations customers analysis assistant llm audit accounts delivery rest")


@pytest.mark.parametrize(
    ("role", "apps"),
    [
        ("agent", {"knowledge", "conversations", "customers", "analysis", "assistant"}),
        ("supervisor", EVERY_APP - {"rest"}),
    ],
)
def test_a_role_sees_exactly_these_apps(role, apps):
    assert {app for app in EVERY_APP if role_allows_app(role, app)} == apps


def test_nobody_may_nothing():
    assert not AnonymousUser().has_perm("conversations.view_conversation")


@pytest.mark.django_db
def test_nothing_but_the_role_can_give_a_permission():
    """Django's superuser flag and groups would go past the table."""
    assert {"is_superuser", "groups", "user_permissions"}.isdisjoint(field.name for field in User._meta.get_fields())
    user = UserFactory.create(role="agent")
    assert user.has_module_perms("conversations")
    assert not user.has_module_perms("audit")
