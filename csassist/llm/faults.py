"""From what the HTTP and the OpenAI client raise to our own errors. Their texts may quote the prompt: none is kept."""

import httpx2
import openai
from django.utils.translation import gettext as _

from csassist.llm.errors import ModelError, ModelRefused, ModelReplyMalformed, ModelUnavailable

TRANSPORT_ERRORS = (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, OSError)
# What our own reading of a reply of the wrong shape raises (UnicodeDecodeError and JSONDecodeError are ValueErrors).
SHAPE_ERRORS = (ValueError, TypeError, LookupError, AttributeError)

_REFUSALS = {401: "authentication", 403: "permission", 404: "not_found"}
_PASSING_STATUSES = {408, 409, 425}


def from_transport(error: Exception) -> ModelError:
    """The error that says what an exception of TRANSPORT_ERRORS means to a caller."""
    if isinstance(error, openai.APIStatusError):
        return _from_status(error)
    # The client's only timeout of its own is that of connecting.
    if isinstance(error, openai.APIConnectionError | httpx2.HTTPError | httpx2.InvalidURL | OSError):
        return ModelUnavailable(_("The language model cannot be reached."), reason="connection")
    if isinstance(error, openai.APIError):  # an error object inside the stream
        return ModelUnavailable(_("The language model failed while it answered."), reason="server_error")
    return ModelUnavailable(_("The language model cannot be used."), reason="client")


def malformed(reason: str) -> ModelReplyMalformed:
    return ModelReplyMalformed(_("The language model sent something that is not a reply."), reason=reason)


def refused(reason: str) -> ModelRefused:
    return ModelRefused(_("The language model refused the request."), reason=reason)


def _from_status(error: openai.APIStatusError) -> ModelError:
    status = error.status_code
    if status == 429:
        return ModelUnavailable(
            _("The language model is over its rate limit."),
            reason="rate_limited",
            retry_after_seconds=_retry_after_seconds(error),
        )
    if status >= 500 or status in _PASSING_STATUSES:
        return ModelUnavailable(
            _("The language model's server failed."),
            reason="server_error",
            retry_after_seconds=_retry_after_seconds(error),
        )
    if status < 400:
        return malformed("redirect")
    return refused(_REFUSALS.get(status, "bad_request"))


def _retry_after_seconds(error: openai.APIStatusError) -> int | None:
    """The header's whole seconds; None when absent, a date, or nonsense."""
    raw = error.response.headers.get("retry-after", "").strip()
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 7 else None
