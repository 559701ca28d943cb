"""Every request has an id, and a bug is logged under it."""

import logging

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory

from csassist.audit.middleware import RequestIdMiddleware


def test_every_response_names_its_request(client, db):
    first, second = client.get("/livez"), client.get("/livez")
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize(("problem", "is_logged"), [(RuntimeError("a secret"), True), (Http404(), False)])
def test_a_bug_is_logged_by_its_class_alone(problem, is_logged, caplog):
    caplog.set_level(logging.ERROR, logger="csassist")
    RequestIdMiddleware(lambda request: None).process_exception(RequestFactory().get("/"), problem)  # type: ignore[arg-type, return-value]
    assert ("request.failed" in caplog.text) is is_logged
    assert "a secret" not in caplog.text


def test_a_refusal_is_no_bug(caplog):
    caplog.set_level(logging.ERROR, logger="csassist")
    RequestIdMiddleware(lambda request: None).process_exception(RequestFactory().get("/"), PermissionDenied())  # type: ignore[arg-type, return-value]
    assert caplog.text == ""
