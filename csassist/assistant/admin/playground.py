"""
The playground: a question answered as for customers, under conditions one chooses, and everything that led to it.

An address (GET) shows what would be found, decided and quoted; a model is asked only by POST, because that costs money.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from csassist.assistant.admin.playground_forms import CompareForm, QuestionForm, SideForm, text_of
from csassist.assistant.admin.tried import SIDE_NAMES, shown
from csassist.assistant.models import AnswerTrace
from csassist.assistant.playground import Side, Trial, Tried, place, run_trial
from csassist.assistant.playground_stream import Emit, follow
from csassist.assistant.turns import history_of
from csassist.core.errors import AppError
from csassist.core.json_types import JSONObject
from csassist.llm import is_configured
from csassist.llm.stopping import Stop
from csassist.rest.sse import ServerEvent, event_stream
from knowledge.models import Audience

MAY_TRY = "assistant.try_question"


@dataclass(frozen=True)
class Forms:
    """Those of one page. Without the right to try, there is one side and it asks no model."""

    question: QuestionForm
    compare: CompareForm
    sides: tuple[SideForm, ...]

    @property
    def is_valid(self) -> bool:
        return not self.problems

    @property
    def problems(self) -> list[str]:
        """What is wrong with the forms that are used, every one of them looked at."""
        every = (self.question, self.compare, *self.sides[: 2 if self.is_comparing else 1])
        return [str(text) for form in every for texts in form.errors.values() for text in texts]

    @property
    def is_comparing(self) -> bool:
        return bool(self.sides) and self.compare.is_valid() and bool(self.compare.cleaned_data["compare"])

    def trial(self, *, may_ask_model: bool) -> Trial:
        asked = self.question.cleaned_data
        used = self.sides[: 2 if self.is_comparing else 1]
        return Trial(
            question=asked["question"],
            history=asked["history"],
            reader=Audience(asked["reader"]),
            collections=tuple(one.pk for one in asked["collections"]),
            sides=tuple(one.side(may_ask_model=may_ask_model) for one in used) or (Side(may_ask_model=False),),
        )


def playground(traces: "admin.ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """The forms, and below them the result, whole at once: how it works without scripts."""
    forms = _forms(request)
    tried: tuple[Tried, ...] = ()
    problem = ""
    is_asked = request.method == "POST" or "question" in request.GET
    if is_asked and forms.is_valid:
        try:
            with place():
                tried = run_trial(forms.trial(may_ask_model=request.method == "POST"))
        except AppError as error:
            problem = error.message
    context = {
        **traces.admin_site.each_context(request),
        "opts": traces.opts,
        "media": traces.media,
        "title": gettext("Test a question"),
        "form": forms.question,
        "compare": forms.compare,
        "sides": list(zip(SIDE_NAMES, forms.sides, strict=False)),
        "may_try": bool(forms.sides),
        "is_quoted_only": bool(tried) and request.method != "POST" and is_configured() and bool(forms.sides),
        "problem": problem,
        "results": shown(tried),
        "stream": reverse("admin:assistant_try_stream") if forms.sides else "",
    }
    return TemplateResponse(request, "admin/assistant/answertrace/playground.html", context)


def playground_stream(request: HttpRequest) -> HttpResponseBase:
    """The same by POST as a stream: stages and sentences as they come, then each side's result as a piece of page."""
    if request.method != "POST" or not request.user.has_perm(MAY_TRY):
        raise PermissionDenied
    forms = _forms(request)
    if not forms.is_valid:
        return JsonResponse({"errors": forms.problems}, status=400)
    return event_stream(_events(request, forms.trial(may_ask_model=True)))


def _events(request: HttpRequest, trial: Trial) -> AsyncGenerator[ServerEvent, None]:
    def work(emit: Emit, stop: Stop) -> None:
        def watch(side: int, kind: str, payload: JSONObject) -> None:
            emit(kind, {"side": side, **payload})

        for result in shown(run_trial(trial, watch=watch, stop=stop)):
            html = render_to_string("admin/assistant/answertrace/tried.html", {"result": result}, request=request)
            emit("result", {"side": result["number"], "html": html})

    return follow(work)


def _forms(request: HttpRequest) -> Forms:
    if not request.user.has_perm("knowledge.view_document"):
        raise PermissionDenied
    may_try = request.user.has_perm(MAY_TRY)
    if request.method == "POST" and not may_try:
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else request.GET
    is_sent = "question" in sent
    data = sent if is_sent else None
    initial = {} if is_sent else _initial(request)
    sides = [SideForm(data, prefix=name, initial=_of_side(request, name)) for name in (SIDE_NAMES if may_try else ())]
    return Forms(QuestionForm(data, initial=initial), CompareForm(data, initial=request.GET.dict()), tuple(sides))


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What the address names: a recorded answer whose question is to be tried again, or fields."""
    trace = _trace(request)
    if trace is None:
        return {name: request.GET[name] for name in ("history", "reader") if name in request.GET}
    return {"question": trace.question, "history": text_of(history_of(trace.run, trace.question))}


def _trace(request: HttpRequest) -> AnswerTrace | None:
    if not request.user.has_perm("assistant.view_answertrace"):
        return None
    try:
        public_id = UUID(request.GET.get("trace", ""))
    except ValueError:
        return None
    return AnswerTrace.objects.select_related("run__conversation").filter(public_id=public_id).first()


def _of_side(request: HttpRequest, name: str) -> dict[str, Any]:
    prefix = f"{name}-"
    return {key.removeprefix(prefix): value for key, value in request.GET.items() if key.startswith(prefix)}
