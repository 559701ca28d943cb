"""The default door: staff with the right, keys with the scope, and nobody by accident."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from csassist.accounts.services import issue_api_key
from csassist.rest.permissions import IsStaffMember

pytestmark = pytest.mark.django_db


class Plain(APIView):
    """Says nothing about who may come: any member of staff, no program."""

    def get(self, request: Request) -> Response:
        return Response({})

    post = get


class Guarded(Plain):
    permissions_needed = {"GET": "prompts.view_prompt", "*": "prompts.change_prompt"}
    scopes = {"GET": "knowledge:read"}


def status(view: type[APIView], method: str, user: Any, auth: Any = None) -> int:
    request = APIRequestFactory().generic(method, "/")
    force_authenticate(request, user=user, token=auth)
    return int(view.as_view()(request).status_code)


def test_staff_only_is_what_a_view_gets_when_it_says_nothing():
    classes: list[Any] = list(api_settings.DEFAULT_PERMISSION_CLASSES)
    assert classes == [IsStaffMember]


def test_a_view_that_says_nothing_is_for_staff_and_for_no_program(ben, dora):
    key = issue_api_key(name="all", scopes=["ask", "knowledge:read", "knowledge:write"], created_by=dora).key
    assert status(Plain, "GET", ben) == 200
    assert status(Plain, "GET", AnonymousUser()) in {401, 403}
    assert status(Plain, "GET", dora, key) == 403


def test_the_right_is_asked_for_each_method(ben, cleo):
    assert [status(Guarded, method, cleo) for method in ("GET", "POST")] == [200, 200]
    assert [status(Guarded, method, ben) for method in ("GET", "POST")] == [403, 403]


def test_a_program_needs_the_scope_of_the_method_whatever_its_maker_may(dora):
    reader = issue_api_key(name="reader", scopes=["knowledge:read"], created_by=dora).key
    other = issue_api_key(name="other", scopes=["ask"], created_by=dora).key
    assert [status(Guarded, method, dora, reader) for method in ("GET", "POST")] == [200, 403]
    assert status(Guarded, "GET", dora, other) == 403


def test_somebody_switched_off_is_nobody(dora):
    dora.is_active = False
    assert status(Plain, "GET", dora) in {401, 403}
