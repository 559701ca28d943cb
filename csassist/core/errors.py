"""
Errors that a caller can act on.

AppError                      400  error
├─ InvalidInput               400  invalid_input      names what to change
├─ NotFound                   404  not_found          also "not yours": never says which
├─ NotAllowed                 403  not_allowed
├─ Conflict                   409  conflict           a state change that the present state forbids
├─ TooManyRequests            429  too_many_requests  carries retry_after_seconds
└─ Unavailable                503  unavailable        try again; may carry retry_after_seconds

Apps derive their own from these. Anything else that escapes is a bug and becomes a 500 with a request id.
"""


class AppError(Exception):
    """A message written for the person who caused it, plus structured facts in `extra` (JSON types)."""

    code = "error"
    http_status = 400

    def __init__(self, message: str, **extra: object) -> None:
        super().__init__(message)
        self.message = str(message)
        self.extra = extra


class InvalidInput(AppError):
    code = "invalid_input"


class NotFound(AppError):
    code = "not_found"
    http_status = 404


class NotAllowed(AppError):
    code = "not_allowed"
    http_status = 403


class Conflict(AppError):
    code = "conflict"
    http_status = 409


class TooManyRequests(AppError):
    code = "too_many_requests"
    http_status = 429

    def __init__(self, message: str, *, retry_after_seconds: int, **extra: object) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds, **extra)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(AppError):
    code = "unavailable"
    http_status = 503

    def __init__(self, message: str, *, retry_after_seconds: int | None = None, **extra: object) -> None:
        facts = extra if retry_after_seconds is None else {"retry_after_seconds": retry_after_seconds, **extra}
        super().__init__(message, **facts)
        self.retry_after_seconds = retry_after_seconds
