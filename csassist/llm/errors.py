"""
Why there is no usable reply from a model.

ModelError (503)
├─ ModelNotConfigured      no base URL in the settings
├─ ModelUnavailable        nobody answered: connection, server_error, rate_limited, circuit_open, busy
├─ ModelTimedOut           one of our deadlines passed: first_token, gap, total
├─ ModelRefused            the provider said no: authentication, permission, not_found, bad_request, refusal
├─ ModelReplyMalformed     what came is not a reply: no_choices, wrong_type, invalid_text, tool_call, too_long, ...
├─ ModelReplyIncomplete    the reply ended early; `finish_reason` says how, "missing" when the stream was cut
└─ ModelBudgetExhausted    today's money is spent or reserved

Messages are for staff. `reason` is a short code for logs and decisions, `call_id` the ledger row of the call.
"""

import uuid

from csassist.core.errors import Unavailable


class ModelError(Unavailable):
    code = "model_error"

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        retry_after_seconds: int | None = None,
        call_id: uuid.UUID | None = None,
    ) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds, reason=reason)
        self.reason = reason
        self.call_id = call_id


class ModelNotConfigured(ModelError):
    code = "model_not_configured"


class ModelUnavailable(ModelError):
    code = "model_unavailable"


class ModelTimedOut(ModelError):
    code = "model_timed_out"


class ModelRefused(ModelError):
    code = "model_refused"


class ModelReplyMalformed(ModelError):
    code = "model_reply_malformed"


class ModelReplyIncomplete(ModelError):
    code = "model_reply_incomplete"

    def __init__(self, message: str, *, finish_reason: str) -> None:
        super().__init__(message, reason=finish_reason)
        self.finish_reason = finish_reason


class ModelBudgetExhausted(ModelError):
    code = "model_budget_exhausted"
