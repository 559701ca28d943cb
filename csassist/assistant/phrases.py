"""The few sentences the assistant says on its own account, in the customer's language. They state no facts."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import override

from csassist.assistant.decision import Reason

DJANGO_LANGUAGES = {"en": "en", "zh": "zh-hans"}
LANGUAGE_NAMES = {"en": "English", "zh": "Simplified Chinese"}


def refusal(reason: Reason, language: str) -> str:
    """What is said when a person should take over; every one of them offers a person."""
    with override(DJANGO_LANGUAGES[language]):
        if reason == Reason.ASKED_FOR_PERSON:
            return _("Of course. I am passing this on to a colleague, with all that was said here.")
        if reason == Reason.ANGRY:
            return _(
                "I am sorry that this has been so much trouble. I am passing you on to a colleague, with all that was "
                "said here."
            )
        if reason == Reason.RISK:
            return _(
                "This is for a person, and at once. I am passing it on to a colleague, with all that was said here."
            )
        if reason in {Reason.LEFT_TO_PEOPLE, Reason.REPEATED}:
            return _(
                "This is better settled by a person. I am passing it on to a colleague, with all that was said here."
            )
        if reason == Reason.ONLY_ATTACHMENT:
            return _(
                "I received your file, but I cannot read files. Tell me in a few words what it is about, or let a "
                "person from our team look at it."
            )
        if reason in {Reason.SEARCH_UNAVAILABLE, Reason.RUN_FAILED, Reason.LOOKUP_UNAVAILABLE}:
            return _(
                "I cannot look that up right now because of a problem on our side. A person from our team can help you."
            )
        return _(
            "I don't know: I found nothing in our help articles that answers this, and I would rather not guess. "
            "A person from our team can help you."
        )


def small_talk(reason: Reason, language: str) -> str:
    with override(DJANGO_LANGUAGES[language]):
        if reason == Reason.THANKS:
            return _("You're welcome. Is there anything else I can help you with?")
        return _("Hello! What can I help you with?")


def ask_back(titles: Sequence[str], language: str) -> str:
    """A question back, naming what was found."""
    with override(DJANGO_LANGUAGES[language]):
        lead = _("Could you tell me a little more? I found articles on:")
        return "\n".join([lead, "", *(f"- {title}" for title in titles)])


def prove_yourself(language: str) -> str:
    """Said to whoever asks about an account, whether it exists or not."""
    with override(DJANGO_LANGUAGES[language]):
        return _(
            "I can look that up once I know that it is you. Sign in on our website, or get a one-time code by e-mail. "
            "A person from our team can help you as well."
        )


def which_number(label: str, sample: str, language: str) -> str:
    with override(DJANGO_LANGUAGES[language]):
        if not sample:
            return _("To look that up I need one more detail: %(label)s.") % {"label": label}
        facts = {"label": label, "sample": sample}
        return _("To look that up I need the %(label)s. It looks like this: %(sample)s.") % facts


def quotation_lead(language: str) -> str:
    with override(DJANGO_LANGUAGES[language]):
        return _("This is what our help articles say:")


def cut_off(language: str) -> str:
    with override(DJANGO_LANGUAGES[language]):
        return _("This answer was cut off.")
