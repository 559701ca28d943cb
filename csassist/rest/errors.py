"""
One shape for every error: `{"error": {"code", "message", "extra"}}`.

Domain errors keep their code and message; DRF's validation errors become `invalid_input` with the fields in `extra`;
anything else is a bug and is answered by Django as a 500 that carries only the request id.
"""

from typing import Any, TypeVar

from django.http import Http404, JsonResponse
from django.http.response import HttpResponseBase
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from csassist.core.errors import AppError, InvalidInput, NotFound

Reply = TypeVar("Reply", bound=HttpResponseBase)


def render_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler."""
    if isinstance(error, AppError):
        return _with_retry(Response(error_body(error), status=error.http_status), error)
    if isinstance(error, exceptions.ValidationError):
        problem = InvalidInput("Some fields are not right.", fields=error.detail)
        return Response(error_body(problem), status=problem.http_status)
    if isinstance(error, Http404):
        return Response(error_body(NotFound("Not found.")), status=404)
    response = exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = {"error": {"code": str(error.default_code), "message": str(error.detail), "extra": {}}}
    return response


def error_body(error: AppError) -> dict[str, Any]:
    return {"error": {"code": error.code, "message": error.message, "extra": error.extra}}


def error_response(error: AppError) -> JsonResponse:
    """The same answer for plain (async) Django views."""
    response = JsonResponse(error_body(error), status=error.http_status)
    _with_retry(response, error)
    return response


def _with_retry(response: Reply, error: AppError) -> Reply:
    seconds = getattr(error, "retry_after_seconds", None)
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response
