"""The codes of decisions, verdicts and dropped passages in words for staff, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from csassist.assistant.decision import Reason
from csassist.assistant.verification import DISCLOSING, Fault

OUTCOMES: Mapping[str, Promise] = {
    "send": _("Answered"),
    "draft": _("Drafted for a person"),
    "clarify": _("Asked back"),
    "hand_off": _("Handed to a person"),
}
OUTCOME_TONES = {"send": "good", "draft": "info", "clarify": "info", "hand_off": "warning"}

REASONS: Mapping[str, Promise] = {
    Reason.SUPPORTED: _("The passages support an answer."),
    Reason.QUOTED: _("The passages support an answer, quoted from them word for word."),
    Reason.GREETING: _("The customer said hello."),
    Reason.THANKS: _("The customer said thanks."),
    Reason.TOO_VAGUE: _("The question is short and the passages fit it only in part, so the customer is asked back."),
    Reason.ASKED_FOR_PERSON: _("The customer asked for a person."),
    Reason.ONLY_ATTACHMENT: _("The customer sent a file without words, and the assistant cannot read files."),
    Reason.LEFT_TO_PEOPLE: _("The autonomy rule leaves this topic or channel to people."),
    Reason.ANGRY: _("The customer is angry."),
    Reason.RISK: _("The message speaks of a risk: legal, safety, or the customer's own."),
    Reason.REPEATED: _("The assistant could not settle it several times in a row."),
    Reason.NOT_COVERED: _("No passage supports an answer well enough."),
    Reason.MODEL_FOUND_NO_ANSWER: _("The model found no answer in the passages."),
    Reason.NOTHING_VERIFIED: _("The model wrote an answer, but no sentence of it could be verified."),
    Reason.SEARCH_UNAVAILABLE: _("Neither index could be searched."),
    Reason.RUN_FAILED: _("The run failed because of a problem on our side."),
    Reason.LOOKED_UP: _("A system of the company was asked for this customer, and answered."),
    Reason.VERIFICATION_NEEDED: _("The question is about an account, and nobody has proven who they are."),
    Reason.NUMBER_NEEDED: _("The question is about an account, and a number is missing or cannot be read."),
    Reason.LOOKUP_UNAVAILABLE: _("A system of the company was asked and gave no answer that can be shown."),
}

FAULTS: Mapping[str, Promise] = {
    Fault.UNCITED: _("It names no source."),
    Fault.PROMISED_ACTION: _("It claims that something was done, or will be, for this customer."),
    Fault.WRONG_LANGUAGE: _("It is not in the customer's language."),
    Fault.ACTIVE_CONTENT: _("It would show an image or an active element that its source does not show."),
    Fault.ADDRESS_NOT_IN_SOURCE: _("An address in it does not stand in its source."),
    Fault.FIGURE_NOT_IN_SOURCE: _("A number, date or code in it does not stand in its source."),
    Fault.NAME_NOT_IN_SOURCE: _("A name in it does not stand in its source."),
    Fault.FIGURE_OUT_OF_PLACE: _("A number in it stands in its source, but about something else."),
    Fault.CONTRADICTS_SOURCE: _("It turns its source around, or leaves out or adds a condition."),
    Fault.NOT_SUPPORTED: _("What it says does not rest on its source."),
    Fault.SOURCE_WITHDRAWN: _("Its source was withdrawn while the answer was being written."),
    Fault.FOR_THE_ASSISTANT: _("It tells somebody what to say, or is meant for the assistant: it states nothing."),
    Fault.DISCLOSES_CREDENTIAL: _("It holds something like a password or a key. It is not kept here either."),
    Fault.DISCLOSES_IDENTIFIER: _(
        "It holds a person's or an order's number or address that neither its source nor this customer gave."
    ),
    Fault.DISCLOSES_INSTRUCTIONS: _("It repeats what the assistant was told to do. It is not kept here either."),
    Fault.NOT_COMPARABLE: _("It is in another language than its source, so its words cannot be compared."),
    Fault.JUDGED_UNSUPPORTED: _("Its words left a doubt, and the judging model found it not supported."),
}
# The sorts of what a sentence would have told; credentials go by the names of their makers.
TOLD: Mapping[str, Promise] = {
    "e-mail": _("an e-mail address"),
    "bank account": _("a bank account"),
    "identity number": _("an identity number"),
    "reference number": _("an order or customer number"),
    "card number": _("a card number"),
    "telephone or account number": _("a telephone or account number"),
    "private key": _("a private key"),
    "opaque text": _("a long run of letters and digits that is no word"),
    "mark": _("the mark planted in the instructions"),
    "wording": _("their wording"),
}

DROPPED: Mapping[str, Promise] = {
    "not_confirmed": _("not published, not in effect or not visible to this reader"),
    "document_limit": _("enough passages of this document already"),
    "source_limit": _("enough passages of this untrusted source already"),
    "duplicate": _("same text as a better one"),
    "budget": _("no room left"),
    "limit": _("enough passages already"),
    "rank": _("ranked too low"),
}

WRITTEN_BY: Mapping[str, Promise] = {"model": _("Model"), "quotation": _("Quotation"), "lookup": _("Look-up")}
LEGS: Mapping[str, Promise] = {"dense": _("by meaning"), "lexical": _("by words"), "rerank": _("re-ranking")}
STAGES: Mapping[str, Promise] = {
    "rewrite": _("reading the question"),
    "embed": _("embedding"),
    "dense": _("search by meaning"),
    "lexical": _("search by words"),
    "fuse": _("ranking"),
    "confirm": _("checking with the database"),
    "rerank": _("re-ranking"),
    "pack": _("choosing"),
    "total": _("search in all"),
    "write": _("writing and checking"),
    "look_up": _("looking up"),
}
EVIDENCE: Mapping[str, Promise] = {
    "coverage": _("words of the question found in the passages"),
    "coverage_at_1": _("words of the question found in the first passage"),
    "dense_top": _("nearness in meaning of the best passage"),
    "dense_margin": _("its lead over the next document"),
    "lexical_top": _("score by words, as a share of the possible"),
    "lexical_margin": _("its lead by words over the next document"),
    "agreement": _("how far words and meaning find the same document first"),
    "codes_asked": _("numbers and codes in the question"),
    "codes_found": _("share of them found"),
}
# Why a level of autonomy was changed by itself, and what a colleague does first after a hand-off.
STEP_REASONS: Mapping[str, Promise] = {
    "person": _("decided by a person"),
    "acceptance": _("too few drafts were accepted"),
    "bad_ratings": _("too many bad ratings"),
    "reopened": _("too many matters came back"),
}
NEXT_STEPS: Mapping[str, Promise] = {
    "answer_goal": _("Answer what the customer wants; it stands above."),
    "apologise_first": _("Apologise first, then settle it in one message if you can."),
    "answer_at_once": _("Answer at once. Bring in whoever decides on such cases."),
    "answer_and_write_article": _("Answer, then add what was missing to the articles."),
    "read_file": _("Look at the file that the customer sent."),
    "answer_and_check_systems": _("Answer, and see in operations what failed."),
    "try_another_way": _("What was tried stands above; try another way or call."),
    "read_note": _("Read your colleague's note."),
}
PRIORITIES: Mapping[str, Promise] = {"now": _("At once"), "soon": _("Soon"), "normal": _("In turn")}
JUDGEMENTS: Mapping[str, Promise] = {
    "supported": _("the judging model found it supported"),
    "unsupported": _("the judging model found it not supported"),
    "unavailable": _("the judging model gave no answer in time"),
}
ASKS: Mapping[str, Promise] = {
    "person": _("a person"),
    "greeting": _("nothing, it is a greeting"),
    "thanks": _("nothing, it is thanks"),
    "question": _("an answer"),
    "account": _("something of the customer's own account"),
    "attachment": _("a look at a file"),
}


def in_words(table: Mapping[str, Promise], code: str) -> str:
    """The words for a code; an unknown code is shown as it is."""
    return str(table.get(code, code))


def fault_in_words(fault: str, detail: str) -> str:
    words = in_words(FAULTS, fault)
    detail = in_words(TOLD, detail) if fault in DISCLOSING else detail
    return _g("%(fault)s It is: %(detail)s") % {"fault": words, "detail": detail} if detail else words
