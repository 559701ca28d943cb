"""The forms of the playground: what is asked by whom, and how each side answers."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from csassist.assistant.playground import Side
from csassist.assistant.turns import Line
from csassist.llm import is_configured
from knowledge.models import Audience, Collection
from prompts.models import Prompt, PromptVersion

VERSIONS_SHOWN = 40
MODEL_NAME = r"^[!-~]{1,120}$"
SPEAKERS = {"Customer": ("customer", "客户", "顾客", "c"), "Assistant": ("assistant", "助手", "客服", "a")}
SPOKEN = re.compile(r"^\s*(\w+)\s*[:：]\s*(.*)$")


class QuestionForm(forms.Form):
    question = forms.CharField(
        label=_("Question"), widget=forms.Textarea(attrs={"rows": 3, "class": "question-box"}), max_length=4_000
    )
    history = forms.CharField(
        label=_("Earlier turns"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "question-box"}),
        max_length=20_000,
        help_text=_("To try a follow-up. Begin each turn with “Customer:” or “Assistant:”."),
    )
    reader = forms.ChoiceField(label=_("As which reader"), choices=Audience.choices, initial=Audience.PUBLIC)
    collections = forms.ModelMultipleChoiceField(
        label=_("Only in these collections"),
        queryset=Collection.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_question(self) -> str:
        question = str(self.cleaned_data["question"])
        if len(question) > settings.CSASSIST_MESSAGE_MAX_CHARACTERS:
            raise forms.ValidationError(
                gettext("At most %d characters, as for customers.") % settings.CSASSIST_MESSAGE_MAX_CHARACTERS
            )
        return question

    def clean_history(self) -> tuple[Line, ...]:
        return lines_of(str(self.cleaned_data["history"]))


class CompareForm(forms.Form):
    compare = forms.BooleanField(label=_("Compare with a second way of answering"), required=False)


class SideForm(forms.Form):
    """Which version of each prompt, which model. Its fields follow the prompts there are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = _versions_by_prompt()
        for prompt, versions in self.versions.items():
            self.fields[prompt.name] = forms.ChoiceField(label=prompt.title, required=False, choices=_choices(versions))
        self.fields["model"] = forms.RegexField(
            MODEL_NAME,
            label=_("Model"),
            required=False,
            initial=settings.CSASSIST_LLM_MODEL if is_configured() else "",
            disabled=not is_configured(),
            help_text=_("Another model of the same server, to try it. Empty: none, the passages are quoted.")
            if is_configured()
            else _("No model is configured: the passages are quoted."),
        )
        self.fields["without_model"] = forms.BooleanField(
            label=_("Without a model, as when it is down"), required=False, disabled=not is_configured()
        )

    def side(self, *, may_ask_model: bool) -> Side:
        """Of a valid form. `may_ask_model` False overrules what it says."""
        chosen = {
            version.prompt.name: version
            for versions in self.versions.values()
            for version in versions
            if str(version.pk) == self.cleaned_data.get(version.prompt.name)
        }
        model = str(self.cleaned_data["model"] or "")
        asks = bool(model) and not self.cleaned_data["without_model"]
        return Side(prompts=chosen, model=model, may_ask_model=may_ask_model and asks)


def lines_of(text: str) -> tuple[Line, ...]:
    """The turns written one below the other; a line that names no speaker goes on with the turn before it."""
    lines: list[Line] = []
    for row in text.strip().splitlines():
        found = SPOKEN.match(row)
        speaker = _speaker(found[1]) if found else None
        if found and speaker:
            lines.append(Line(speaker, found[2]))  # type: ignore[arg-type]  # a key of SPEAKERS
        elif lines:
            lines[-1] = Line(lines[-1].speaker, f"{lines[-1].text}\n{row}")
        elif row.strip():
            lines.append(Line("Customer", row.strip()))
    return tuple(lines)


def text_of(lines: tuple[Line, ...]) -> str:
    """What `lines_of` reads back."""
    names = {"Customer": gettext("Customer"), "Assistant": gettext("Assistant")}
    return "\n".join(f"{names[line.speaker]}: {line.text}" for line in lines)


def _speaker(word: str) -> str | None:
    return next((name for name, words in SPEAKERS.items() if word.casefold() in words), None)


def _versions_by_prompt() -> Mapping[Prompt, list[PromptVersion]]:
    prompts = {prompt.pk: prompt for prompt in Prompt.objects.all()}
    found: dict[Prompt, list[PromptVersion]] = {prompt: [] for prompt in prompts.values()}
    for version in PromptVersion.objects.select_related("prompt").order_by("-number"):
        versions = found[prompts[version.prompt_id]]
        if len(versions) < VERSIONS_SHOWN:
            versions.append(version)
    return found


def _choices(versions: list[PromptVersion]) -> list[tuple[str, str]]:
    live = next((one.number for one in versions if one.state == "published"), None)
    first = gettext("As for customers") if live is None else gettext("As for customers: version %d") % live
    return [("", first), *((str(one.pk), _name(one)) for one in versions)]


def _name(version: PromptVersion) -> str:
    words = gettext("Version %(number)d, %(state)s") % {
        "number": version.number,
        "state": version.get_state_display().lower(),
    }
    return f"{words} · {version.note[:60]}" if version.note else words
