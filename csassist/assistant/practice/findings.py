"""The words for what feedback found, and for what to do better, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PART_NAMES: Mapping[str, Promise] = {
    "tone": gettext_lazy("Tone"),
    "steps": gettext_lazy("Steps"),
    "knowledge": gettext_lazy("Use of knowledge"),
    "time": gettext_lazy("Time"),
}
FOUND: Mapping[str, Promise] = {
    "greeted": gettext_lazy("Greeted the customer."),
    "no_greeting": gettext_lazy("No greeting in the first message."),
    "understanding": gettext_lazy("Showed understanding early."),
    "late_understanding": gettext_lazy("Understanding came late: the customer was upset from the start."),
    "no_understanding": gettext_lazy("The customer was upset, and no word of regret or understanding was found."),
    "courteous": gettext_lazy("Polite words."),
    "no_courtesy": gettext_lazy("No “please”, “thank you” or the like was found."),
    "reproach": gettext_lazy("This sounds like a reproach."),
    "capitals": gettext_lazy("Words in capitals read like shouting."),
    "exclamations": gettext_lazy("Several exclamation or question marks read like shouting."),
    "long": gettext_lazy("A long message (%(size)s words or characters)."),
    "wrong_language": gettext_lazy("A message was not in the customer's language."),
    "offered_more": gettext_lazy("Closed in a friendly way."),
    "no_farewell": gettext_lazy("No friendly close or offer of more help at the end."),
    "step_done": gettext_lazy("Done: %(step)s"),
    "step_late": gettext_lazy("Done, but out of order: %(step)s"),
    "step_missed": gettext_lazy("Not found: %(step)s"),
    "trap_fell": gettext_lazy("Gave in: %(trap)s"),
    "trap_withstood": gettext_lazy("Stood firm: %(trap)s"),
    "cited_and_given": gettext_lazy("The right article was cited."),
    "figures_given": gettext_lazy("The article's figures were given: %(given)s."),
    "content_told": gettext_lazy("What the article says was told."),
    "cited_only": gettext_lazy("The right article was cited, but its figures were not said: %(missing)s."),
    "figures_partly": gettext_lazy("Some of the article's figures were not said: %(missing)s."),
    "article_unused": gettext_lazy("This article answers, but was neither cited nor quoted with its figures."),
    "figure_unknown": gettext_lazy("“%(figure)s” was found in none of the articles and in no line of the customer."),
    "figures_unchecked": gettext_lazy("Figures were not checked: an article of this case is not published now."),
    "guarantee": gettext_lazy("A guarantee. Promise times and next steps, not outcomes."),
    "first_prompt": gettext_lazy("First answer after %(seconds)s (aim: %(aim)s)."),
    "first_slow": gettext_lazy("First answer after %(seconds)s (aim: %(aim)s)."),
    "usual_prompt": gettext_lazy("Further answers usually after %(seconds)s (aim: %(aim)s)."),
    "usual_slow": gettext_lazy("Further answers usually after %(seconds)s (aim: %(aim)s)."),
    "pause": gettext_lazy("A pause of %(seconds)s."),
    "total": gettext_lazy("%(seconds)s in all."),
}
ADVICE: Mapping[str, Promise] = {
    "no_greeting": gettext_lazy("Begin with a greeting, by name if you know it."),
    "late_understanding": gettext_lazy("Say first that you understand, then ask for what you need."),
    "no_understanding": gettext_lazy(
        "Say first that you are sorry or that you understand, then ask for what you need."
    ),
    "no_courtesy": gettext_lazy("Ask with “please” and thank for what you were told."),
    "reproach": gettext_lazy("Leave out who is to blame: say what happens now."),
    "capitals": gettext_lazy("Write in ordinary letters."),
    "exclamations": gettext_lazy("One mark is enough."),
    "long": gettext_lazy("Answer in a few sentences, one thing at a time."),
    "wrong_language": gettext_lazy("Answer in the language the customer writes in."),
    "no_farewell": gettext_lazy("End by asking whether there is anything else."),
    "cited_only": gettext_lazy("Say the figure that matters in your own message, and cite the article for the rest."),
    "figures_partly": gettext_lazy("Give the figures that matter, or cite the article."),
    "article_unused": gettext_lazy("Search before you answer, and cite what you answer from."),
    "figure_unknown": gettext_lazy("Give only figures that stand in an article, or say that you will find out."),
    "guarantee": gettext_lazy("Say by when the customer hears from you instead of how it will end."),
    "first_slow": gettext_lazy("Write a first line at once, such as a greeting and what you will look up."),
    "usual_slow": gettext_lazy("Tell the customer that you are looking it up, then search."),
}


@dataclass(frozen=True, slots=True)
class Worded:
    """A finding as it is read."""

    kind: str
    text: str
    advice: str
    sentence: str
    turn: int
    article: str
    points: int


def worded(finding: Mapping[str, Any]) -> Worded:
    """From a finding as it is stored; one that this version does not know is shown by its code."""
    code, words = str(finding["code"]), dict(finding.get("words") or {})
    for name in ("seconds", "aim"):
        if name in words:
            words[name] = duration(int(words[name]))
    text = str(FOUND[code]) % words if code in FOUND else code
    own_advice = words.get("advice") if finding["kind"] == "bad" else ""
    return Worded(
        kind=str(finding["kind"]),
        text=text,
        advice=str(own_advice or (ADVICE.get(code, "") if finding["kind"] == "bad" else "")),
        sentence=str(finding.get("sentence") or ""),
        turn=int(finding.get("turn") or 0),
        article=str(finding.get("article") or ""),
        points=int(finding.get("points") or 0),
    )


def overall(score: int, *, is_capped: bool) -> str:
    """One line for the whole; it speaks of what the rules look for and of nothing else."""
    if is_capped:
        return _("Something was granted or told that should not have been; that weighs more than the rest.")
    if score >= 85:
        return _("Nearly everything that is looked for in this case was found.")
    if score >= 65:
        return _("Most of what is looked for in this case was found; a few things are missing.")
    if score >= 40:
        return _("About half of what is looked for in this case was found.")
    return _("Little of what is looked for in this case was found. Read the steps below and try it again.")


def duration(seconds: int) -> str:
    """ "45 s", "3 min 20 s"."""
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    if seconds % 60 == 0:
        return _("%(minutes)d min") % {"minutes": seconds // 60}
    return _("%(minutes)d min %(seconds)d s") % {"minutes": seconds // 60, "seconds": seconds % 60}
