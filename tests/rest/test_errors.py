"""Every error has one shape, and none tells more than it should."""

import pytest
from django.http import Http404, HttpRequest
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from csassist.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooManyRequests, Unavailable
from csassist.rest.errors import error_response, render_error
from csassist.rest.fields import FreeText

CASES = [
    (InvalidInput("Wrong.", field="text"), 400, "invalid_input", "Wrong.", {"field": "text"}),
    (NotFound("Gone."), 404, "not_found", "Gone.", {}),
    (NotAllowed("No."), 403, "not_allowed", "No.", {}),
    (Conflict("Later."), 409, "conflict", "Later.", {}),
    (TooManyRequests("Slow.", retry_after_seconds=7), 429, "too_many_requests", "Slow.", {"retry_after_seconds": 7}),
    (Unavailable("Away.", retry_after_seconds=3), 503, "unavailable", "Away.", {"retry_after_seconds": 3}),
    (Http404("a path, a model's name"), 404, "not_found", "Not found.", {}),
    (exceptions.NotAuthenticated(), 401, "not_authenticated", None, {}),
    (exceptions.PermissionDenied(), 403, "permission_denied", None, {}),
    (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed", None, {}),
    (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type", None, {}),
    (exceptions.ParseError(), 400, "parse_error", None, {}),
]


@pytest.mark.parametrize(("error", "status", "code", "message", "extra"), CASES)
def test_an_error_has_a_code_a_message_and_facts(error, status, code, message, extra):
    answer = render_error(error, {})
    assert answer is not None
    assert answer.status_code == status
    (body,) = answer.data.values()
    assert body["code"] == code
    assert body["message"] == message if message else body["message"]
    assert body["extra"] == extra


@pytest.mark.parametrize("error", [case[0] for case in CASES if case[1] in {429, 503}])
def test_an_error_that_passes_says_when_to_come_back(error):
    by_rest = render_error(error, {})
    assert by_rest is not None
    assert by_rest.headers["Retry-After"] == str(error.retry_after_seconds)
    assert error_response(error).headers["Retry-After"] == str(error.retry_after_seconds)


def test_a_bug_is_left_to_django_which_tells_nothing():
    assert render_error(KeyError("secret"), {}) is None


def test_wrong_fields_are_named():
    class Input(serializers.Serializer[None]):
        count = serializers.IntegerField()

    wanted = Input(data={"count": "many"})
    assert not wanted.is_valid()
    answer = render_error(serializers.ValidationError(wanted.errors), {})
    assert answer is not None
    assert answer.data["error"]["code"] == "invalid_input"
    assert list(answer.data["error"]["extra"]["fields"]) == ["count"]


class Echo(APIView):
    authentication_classes = ()
    permission_classes = ()

    class Input(serializers.Serializer[None]):
        text = FreeText(max_length=5, allow_blank=True)

    def post(self, request: Request) -> Response:
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response(wanted.validated_data)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"text": "a\\u0000b"}', 200),
        ('{"text": " a "}', 200),
        ('{"text": ""}', 200),
        ('{"text": "123456"}', 400),
        ('{"text": [1]}', 400),
        ('{"text": null}', 400),
        ('{"text": true}', 400),
        ("{}", 400),
        ("[]", 400),
        ("null", 400),
        ("{", 400),
        ("", 400),
        ("[" * 200_000, 400),
        ('{"text": NaN}', 400),
    ],
)
def test_any_body_is_read_or_refused_never_a_crash(body, status):
    request: HttpRequest = APIRequestFactory().post("/", body, content_type="application/json")
    answer = Echo.as_view()(request)
    assert answer.status_code == status
    if status == 400:
        assert answer.data["error"]["message"]


def test_blanks_and_nuls_reach_the_service_which_decides():
    request = APIRequestFactory().post("/", '{"text": " \\u0000 "}', content_type="application/json")
    assert Echo.as_view()(request).data == {"text": " \x00 "}
