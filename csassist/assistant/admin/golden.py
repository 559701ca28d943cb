"""Golden questions in the admin: written by hand or from an answer, asked on demand, switched off without loss."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from csassist.assistant import comparisons, golden_questions
from csassist.assistant.golden_questions import QuestionText
from csassist.assistant.models import AnswerTrace, GoldenQuestion
from csassist.core.errors import AppError, InvalidInput
from knowledge.admin.pages import badge, by_pk, require, staff
from knowledge.models import Audience, Collection, Document
from knowledge.standing import Standing
from prompts.models import Prompt

# Figures of an answer are what most often must not change.
FIGURE = re.compile(r"\d[\d.,:]*\d|\d")
MOST_SUGGESTED = 5


class Lines(forms.CharField):
    """Several short texts, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        return tuple(line.strip() for line in str(super().clean(value)).splitlines() if line.strip())


class EarlierTurns(Lines):
    """Earlier turns as lines "Customer: ..." and "Assistant: ..."."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return "\n".join(f"{one['speaker']}: {one['text']}" for one in value)
        return value

    def clean(self, value: Any) -> Any:
        turns = []
        for line in super().clean(value):
            speaker, colon, text = line.partition(":")
            if speaker.strip() not in {"Customer", "Assistant"} or not colon or not text.strip():
                raise forms.ValidationError(gettext("Begin each line with “Customer:” or “Assistant:”."))
            turns.append({"speaker": speaker.strip(), "text": text.strip()})
        return tuple(turns)


class GoldenQuestionForm(forms.Form):
    question = forms.CharField(
        label=_("Question"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 2, "class": "question-box"})
    )
    collection = forms.ModelChoiceField(
        label=_("Collection"),
        queryset=Collection.objects.all(),
        required=False,
        help_text=_("Asked before an article of this collection is published."),
    )
    prompt = forms.ModelChoiceField(
        label=_("Prompt"),
        queryset=Prompt.objects.all(),
        required=False,
        help_text=_("Asked before a version of this prompt is published, besides those of every collection."),
    )
    expects = forms.ChoiceField(label=_("Expects"), choices=GoldenQuestion.Expects.choices)
    must_contain = Lines(label=_("The answer must contain"), help_text=_("One piece of text a line: “5 working days”."))
    must_not_contain = Lines(label=_("The answer must not contain"))
    documents = forms.ModelMultipleChoiceField(
        label=_("Must cite one of"),
        queryset=Document.objects.order_by("title"),
        required=False,
        widget=AutocompleteSelectMultiple(GoldenQuestion._meta.get_field("documents"), admin.site),
        help_text=_("None means any."),
    )
    earlier = EarlierTurns(
        label=_("Earlier turns"), help_text=_("For a follow-up question. One a line: “Customer: …”, “Assistant: …”.")
    )
    reader = forms.ChoiceField(label=_("Asked as"), choices=Audience.choices, initial=Audience.PUBLIC)
    is_active = forms.BooleanField(label=_("Ask it"), required=False, initial=True)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


@admin.register(GoldenQuestion)
class GoldenQuestionAdmin(admin.ModelAdmin[GoldenQuestion]):
    list_display = ["short_question", "guards", "expects", "last", "is_active", "last_asked_at"]
    list_filter = ["collection", "prompt", "language", "expects", "last_passed", "is_active"]
    list_select_related = ["collection", "prompt"]
    search_fields = ["question", "note"]
    list_per_page = 50
    actions = ["ask_now", "switch_on", "switch_off"]

    class Media:
        css = {"all": ["knowledge/admin.css", "assistant/why.css"]}
        js = ["assistant/named_search.js"]

    @admin.display(description=_("question"))
    def short_question(self, question: GoldenQuestion) -> str:
        return Truncator(question.question).chars(80)

    @admin.display(description=_("guards"))
    def guards(self, question: GoldenQuestion) -> str:
        return " · ".join(str(one) for one in (question.collection, question.prompt) if one)

    @admin.display(description=_("last time"), ordering="last_passed")
    def last(self, question: GoldenQuestion) -> SafeString:
        if question.last_passed is None:
            return badge(Standing("not_asked", "neutral", gettext("Not asked yet")))
        if question.last_passed:
            return badge(Standing("right", "good", gettext("Right")))
        return badge(Standing("wrong", "danger", gettext("Wrong")))

    @admin.action(description=_("Ask these questions now"), permissions=["view"])
    def ask_now(self, request: HttpRequest, queryset: QuerySet[GoldenQuestion]) -> HttpResponse:
        comparison = comparisons.check_now(questions=list(queryset.order_by("pk")), asker=staff(request))
        return HttpResponseRedirect(reverse("admin:assistant_comparison_change", args=[comparison.pk]))

    @admin.action(description=_("Ask them before publications"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[GoldenQuestion]) -> None:
        self._tell(request, golden_questions.switch(questions=queryset, is_active=True))

    @admin.action(description=_("Do not ask them any more"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[GoldenQuestion]) -> None:
        self._tell(request, golden_questions.switch(questions=queryset, is_active=False))

    def _tell(self, request: HttpRequest, count: int) -> None:
        messages.success(request, ngettext("%d question changed.", "%d questions changed.", count) % count)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        require(request, "assistant.add_goldenquestion")
        return self._form(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        question: GoldenQuestion | None = by_pk(GoldenQuestion, object_id)
        require(request, "assistant.view_goldenquestion")
        if question is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return self._form(request, question)

    def delete_model(self, request: HttpRequest, obj: GoldenQuestion) -> None:
        golden_questions.remove(questions=[obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[GoldenQuestion]) -> None:
        golden_questions.remove(questions=queryset)

    def _form(self, request: HttpRequest, question: GoldenQuestion | None) -> HttpResponse:
        form = GoldenQuestionForm(request.POST or None, initial=_initial(question, request.GET.get("trace", "")))
        if request.method == "POST":
            require(request, f"assistant.{'change' if question else 'add'}_goldenquestion")
            if form.is_valid() and _written(form, question, request):
                messages.success(request, gettext("Saved. It is asked before the next publication."))
                return HttpResponseRedirect(reverse("admin:assistant_goldenquestion_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media + form.media,
            "title": str(question) if question else gettext("New golden question"),
            "form": form,
            "question": question,
            "may_write": request.user.has_perm("assistant.change_goldenquestion"),
            "last_answers": question.answers.select_related("comparison").order_by("-pk")[:5] if question else (),
        }
        return TemplateResponse(request, "admin/assistant/goldenquestion/form.html", context)


def _written(form: GoldenQuestionForm, question: GoldenQuestion | None, request: HttpRequest) -> bool:
    given = {**form.cleaned_data, "documents": tuple(form.cleaned_data["documents"])}
    try:
        golden_questions.write(text=QuestionText(**given), question=question, author=staff(request))
    except InvalidInput as error:
        fields = error.extra.get("fields")
        for name, problem in (fields if isinstance(fields, dict) else {None: error.message}).items():
            form.add_error(name, problem)
        return False
    except AppError as error:
        form.add_error(None, error.message)
        return False
    return True


def _initial(question: GoldenQuestion | None, trace_pk: str) -> dict[str, Any]:
    """What the form begins with: the question itself, or what a past answer suggests."""
    if question is not None:
        names = GoldenQuestionForm.base_fields
        return {name: getattr(question, name) for name in names if name != "documents"} | {
            "documents": list(question.documents.all())
        }
    trace: AnswerTrace | None = by_pk(AnswerTrace, trace_pk)
    if trace is None:
        return {}
    cited = {one.get("document") for one in trace.passages if one.get("number") in _cited_numbers(trace)}
    documents = list(Document.objects.filter(public_id__in=cited))
    text = trace.message.text if trace.message and trace.outcome == "send" else ""
    return {
        "question": trace.question,
        "expects": GoldenQuestion.Expects.ANSWER if text else GoldenQuestion.Expects.REFUSAL,
        "documents": documents,
        "collection": documents[0].collection if documents else Collection.objects.order_by("pk").first(),
        "must_contain": list(dict.fromkeys(FIGURE.findall(re.sub(r"\[\d+\]", "", text))))[:MOST_SUGGESTED],
    }


def _cited_numbers(trace: AnswerTrace) -> set[int]:
    return {number for one in trace.sentences if one.get("released") for number in one.get("cited", [])}
