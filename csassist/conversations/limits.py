"""How much one visitor, one program and one address may do."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from csassist.rest.limits import Limit, client_address, spend

MINUTE_SECONDS = 60
DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600
# A page shows its proof again in every tab and after every reload.
SIGN_INS_PER_PROOF = 50
# Several tabs, each of which marks what it shows.
READ_MARKS_PER_MINUTE = 120
# Each sent code allows three tries at six digits, and each fills somebody's mailbox.
CODES_PER_ADDRESS_AND_HOUR = 3
CODES_PER_ADDRESS_AND_DAY = 8
CODES_PER_CONVERSATION_AND_DAY = 6
# A page asks once for each pause of typing; an office shares an address.
SUGGESTIONS_PER_MINUTE = 40
SUGGESTIONS_PER_ADDRESS_AND_MINUTE = 240
PROGRAM_KEY_PREFIX = "api_key:"


def spend_message(limit_key: str, request: HttpRequest) -> None:
    """
    Count one message of `Visitor.limit_key`. Raises TooManyRequests.

    A program writes for many people from one address, so the limit of an address holds for its key instead.
    """
    most_of_address = settings.CSASSIST_ADDRESS_MESSAGES_PER_MINUTE
    if limit_key.startswith(PROGRAM_KEY_PREFIX):
        spend([(Limit("program_messages_minute", MINUTE_SECONDS, most_of_address), limit_key)])
        return
    spend(
        [
            (
                Limit("visitor_messages_minute", MINUTE_SECONDS, settings.CSASSIST_VISITOR_MESSAGES_PER_MINUTE),
                limit_key,
            ),
            (Limit("visitor_messages_day", DAY_SECONDS, settings.CSASSIST_VISITOR_MESSAGES_PER_DAY), limit_key),
            (Limit("address_messages_minute", MINUTE_SECONDS, most_of_address), client_address(request)),
        ]
    )


def spend_write(request: HttpRequest) -> None:
    """Count any other write of an address: conversations opened, ratings, requests for a person."""
    spend(
        [
            (
                Limit("address_writes_minute", MINUTE_SECONDS, settings.CSASSIST_ADDRESS_MESSAGES_PER_MINUTE),
                client_address(request),
            )
        ]
    )


def spend_upload(limit_key: str, request: HttpRequest) -> None:
    """Count one uploaded file, taken or not. A program's key has the limit of an address. Raises TooManyRequests."""
    most_of_address = settings.CSASSIST_ADDRESS_UPLOADS_PER_DAY
    if limit_key.startswith(PROGRAM_KEY_PREFIX):
        spend([(Limit("program_uploads_day", DAY_SECONDS, most_of_address), limit_key)])
        return
    spend(
        [
            (Limit("visitor_uploads_day", DAY_SECONDS, settings.CSASSIST_VISITOR_UPLOADS_PER_DAY), limit_key),
            (Limit("address_uploads_day", DAY_SECONDS, most_of_address), client_address(request)),
        ]
    )


def spend_read_mark(limit_key: str) -> None:
    """Count one mark of what was seen; an open page makes one for each answer. Raises TooManyRequests."""
    spend([(Limit("read_marks_minute", MINUTE_SECONDS, READ_MARKS_PER_MINUTE), limit_key)])


def spend_suggestion(limit_key: str, request: HttpRequest) -> None:
    """Count one search while somebody types, blank key for one who has no token yet. Raises TooManyRequests."""
    of_address = Limit("address_suggestions_minute", MINUTE_SECONDS, SUGGESTIONS_PER_ADDRESS_AND_MINUTE)
    of_visitor = Limit("visitor_suggestions_minute", MINUTE_SECONDS, SUGGESTIONS_PER_MINUTE)
    own = [(of_visitor, limit_key)] if limit_key else []
    spend([*own, (of_address, client_address(request))])


def spend_proof(proof_digest: str) -> None:
    """Count one sign-in with one customer token, so that a stolen one is of little use. Raises TooManyRequests."""
    spend([(Limit("proof_sign_ins_hour", HOUR_SECONDS, SIGN_INS_PER_PROOF), proof_digest)])


def spend_code(address_digest: str, conversation_id: UUID) -> None:
    """Count one code, sent or not: the limit must not tell whether an address is known. Raises TooManyRequests."""
    spend(
        [
            (Limit("codes_address_hour", HOUR_SECONDS, CODES_PER_ADDRESS_AND_HOUR), address_digest),
            (Limit("codes_address_day", DAY_SECONDS, CODES_PER_ADDRESS_AND_DAY), address_digest),
            (Limit("codes_conversation_day", DAY_SECONDS, CODES_PER_CONVERSATION_AND_DAY), str(conversation_id)),
        ]
    )
