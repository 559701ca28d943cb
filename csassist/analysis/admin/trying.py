"""Trying a sentence: the whole reading, by the local reader and, if asked, by the language model. Nothing is kept."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.accounts.staff_pages import require
from csassist.analysis.admin.pages import page
from csassist.analysis.admin.showing import shown_reading
from csassist.analysis.alerts import alerts_for
from csassist.analysis.asking_model import ask_model
from csassist.analysis.catalogue_now import catalogue_now
from csassist.analysis.models import Intent, IntentModelVersion
from csassist.analysis.reading import Reading
from csassist.analysis.reading_text import read_text
from csassist.analysis.refining import refined
from csassist.analysis.trajectory import trajectory
from csassist.analysis.wording import ALERTS, MOODS, MOVES, REASONS
from csassist.core.text import detect_language, normalise
from csassist.llm import is_configured
from csassist.llm.errors import ModelError

if TYPE_CHECKING:
    from csassist.analysis.admin.readings import MessageReadingAdmin

SENTENCE_MOST_CHARACTERS = 2_000


class SentenceForm(forms.Form):
    text = forms.CharField(
        label=_("A customer writes"),
        max_length=SENTENCE_MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3, "class": "question-box"}),
    )
    with_model = forms.BooleanField(label=_("Ask the language model too"), required=False)


def may_ask_model(request: HttpRequest) -> bool:
    """A call costs money: for those who keep the catalogue."""
    return is_configured() and request.user.has_perm("analysis.change_intent")


def try_sentence(readings: "MessageReadingAdmin", request: HttpRequest) -> HttpResponse:
    require(request, "analysis.view_messagereading")
    form = SentenceForm(request.POST or None, initial={"text": request.GET.get("text", "")[:SENTENCE_MOST_CHARACTERS]})
    if not may_ask_model(request):
        del form.fields["with_model"]
    found = _read(form) if request.method == "POST" and form.is_valid() else {}
    return page(
        readings,
        request,
        "readings/try.html",
        title=gettext("Try a sentence"),
        form=form,
        intents=Intent.objects.active(),
        may_teach=request.user.has_perm("analysis.add_intentexample"),
        **found,
    )


def _read(form: SentenceForm) -> dict[str, Any]:
    text = normalise(form.cleaned_data["text"], keep_lines=True)
    catalogue = catalogue_now()
    names = {intent.key: intent.name for intent in Intent.objects.active()}
    local = read_text(text, language=detect_language(text), catalogue=catalogue)
    found = {
        "text": text,
        "local": _shown(text, local, names),
        "version": IntentModelVersion.objects.live().without_contents().first(),
    }
    if not form.cleaned_data.get("with_model"):
        return found
    try:
        asked = ask_model(text, is_trial=True)
    except ModelError as error:
        return {**found, "model_problem": error.message}
    if not asked.said:
        return {**found, "model_problem": gettext("The language model's reply was of no use.")}
    return {**found, "model": asked.model, "refined": _shown(text, refined(local, asked.said), names)}


def _shown(text: str, reading: Reading, names: dict[str, str]) -> dict[str, Any]:
    """The reading with what would follow from it, if it were the customer's first message."""
    way = trajectory([reading])
    return {
        "shown": shown_reading(text, reading, names),
        "alerts": [(ALERTS[one.reason], one.severity) for one in alerts_for(reading)],
        "mood": MOODS[way.mood],
        "moves": [MOVES[move] for move in way.strategy],
        "reasons": [REASONS[reason] for reason in way.reasons],
        "wants_person": way.wants_person,
    }
