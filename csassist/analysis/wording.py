"""Things, moods, moves and reasons in words, for staff."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from csassist.analysis.acting import AdmissionReason
from csassist.analysis.alerts import AlertReason
from csassist.analysis.promotion import PromotionReason
from csassist.analysis.trajectory import Mood, Move, Reason

THINGS: Final[Mapping[str, Promise]] = {
    "order_number": _("Order number"),
    "tracking_number": _("Tracking number"),
    "amount": _("Amount"),
    "date": _("Date"),
    "email": _("E-mail address"),
    "phone": _("Telephone number"),
    "url": _("Web address"),
    "product": _("Product"),
}
MOODS: Final[Mapping[Mood, Promise]] = {
    Mood.CALM: _("Calm"),
    Mood.STRAINED: _("Strained"),
    Mood.ANGRY: _("Angry"),
    Mood.RELIEVED: _("Relieved"),
}
TRENDS: Final[Mapping[str, Promise]] = {
    "rising": _("getting better"),
    "steady": _("steady"),
    "falling": _("getting worse"),
}
MOVES: Final[Mapping[Move, Promise]] = {
    Move.CAREFUL: _("Be careful"),
    Move.APOLOGISE: _("Apologise"),
    Move.THANK: _("Thank"),
    Move.SHORTEN: _("Keep it short"),
    Move.OFFER_PERSON: _("Offer a person"),
}
REASONS: Final[Mapping[Reason, Promise]] = {
    Reason.SELF_HARM: _("There is a sign of self-harm."),
    Reason.SAFETY: _("Somebody may be in danger."),
    Reason.LEGAL: _("Lawyers, courts or authorities are mentioned."),
    Reason.VERY_NEGATIVE_WITH_ANGER: _("The last message is very negative and angry."),
    Reason.ANGER: _("The last message is angry."),
    Reason.NEGATIVE_THREE_TIMES: _("Three messages in a row are negative."),
    Reason.NEGATIVE_TWICE: _("Two messages in a row are negative."),
    Reason.DROPPED_TWO_LEVELS: _("The mood fell by two levels."),
    Reason.MAY_LEAVE: _("The customer may leave."),
    Reason.NEGATIVE: _("The last message is negative."),
    Reason.URGENT: _("It is urgent."),
    Reason.CONFUSED: _("The customer is confused."),
    Reason.RECOVERED: _("It was negative, and is not any more."),
    Reason.GRATEFUL: _("The customer says thanks."),
    Reason.NOTHING_SPECIAL: _("Nothing special."),
}
ALERTS: Final[Mapping[AlertReason, Promise]] = {
    AlertReason.SELF_HARM: _("Sign of self-harm"),
    AlertReason.SAFETY: _("Danger to somebody"),
    AlertReason.LEGAL: _("Legal matter"),
    AlertReason.CRITICAL_URGENCY: _("Cannot wait"),
    AlertReason.ANGER: _("Angry customer"),
    AlertReason.CHURN: _("Customer may leave"),
    AlertReason.FALLING_MOOD: _("The mood falls"),
}
PROMOTIONS: Final[Mapping[PromotionReason, Promise]] = {
    PromotionReason.FIRST: _("No trained model reads yet, so there is nothing to be worse than."),
    PromotionReason.BETTER: _("It is better than the model that reads, beyond chance."),
    PromotionReason.NOT_WORSE: _("It is not worse than the model that reads; what differs may be chance."),
    PromotionReason.WORSE: _("It is worse than the model that reads, beyond chance."),
}
ADMISSIONS: Final[Mapping[AdmissionReason, Promise]] = {
    AdmissionReason.ADMITTED: _("It hands over by itself."),
    AdmissionReason.NOT_MEASURED: _("It does not act: the reader in use was never measured."),
    AdmissionReason.TOO_FEW: _("It does not act: there are too few examples to tell."),
    AdmissionReason.IMPRECISE: _("It does not act: too many of its verdicts are wrong."),
    AdmissionReason.MISTAKES_ORDINARY: _("It does not act: too many ordinary messages are mistaken for it."),
    AdmissionReason.FINDS_TOO_LITTLE: _("It does not act: it finds too few of the messages that hold the risk."),
    AdmissionReason.REFUSED_BY_PEOPLE: _("It does not act: people corrected too many of its verdicts."),
}
