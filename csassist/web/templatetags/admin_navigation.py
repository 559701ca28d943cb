"""
What the admin's side bar and first page show: the models by the work they serve, and figures that call for action.

The order is that of a working day, not of Django's app labels. A model of a later app appears under "More" until it is
given a place here, so that nothing registered can be out of reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from csassist.assistant.models import AnswerTrace
from csassist.conversations.models import PersonRequest
from csassist.delivery.models import Delivery
from csassist.delivery.states import State
from csassist.scheduling.selectors import backing_off_count, leadership
from knowledge.models import Document, DocumentVersion

register = template.Library()

FIGURES_PERIOD = timedelta(days=1)

# Group -> model as "app.Model" -> what one finds there.
GROUPS: tuple[tuple[Promise, dict[str, Promise]], ...] = (
    (
        _("Conversations"),
        {
            "conversations.PersonRequest": _("Customers who asked for a person, longest waiting first"),
            "conversations.Conversation": _("Every conversation with its sources and ratings"),
            "conversations.Feedback": _("What customers said about answers"),
            "conversations.Survey": _("How satisfied customers were at the end"),
            "analysis.MessageReading": _("What each message was read as; correct it with one click"),
            "assistant.AnswerTrace": _("Why each answer is what it is"),
            "assistant.Draft": _("What the assistant drafted, and what became of it"),
            "conversations.Macro": _("Saved replies"),
            "conversations.Tag": _("Words to sort conversations by"),
        },
    ),
    (
        _("Knowledge"),
        {
            "knowledge.Document": _("The articles and files that answers are made from"),
            "knowledge.Collection": _("Shelves, each with its readers"),
            "knowledge.Source": _("Uploads, folders, pages and sitemaps"),
            "knowledge.Finding": _("Contradictions, doubles, what is out of date or never used"),
            "knowledge.Gap": _("What customers ask and no article answers"),
            "knowledge.IndexGeneration": _("State of the two indexes; build them anew"),
        },
    ),
    (
        _("Assistant"),
        {
            "assistant.AutonomyRule": _("How far it may go alone, by topic and channel"),
            "prompts.Prompt": _("What the model is told, with its versions"),
            "prompts.PromptVersion": _("All versions of all prompts"),
            "assistant.LookUp": _("What may be looked up in your own systems"),
            "assistant.LookUpCall": _("Every time a system was asked, and what came of it"),
            "analysis.Intent": _("What customers may want, with examples"),
            "analysis.IntentModelVersion": _("Models trained from the examples, and which one reads"),
            "assistant.GoldenQuestion": _("What must go on being answered rightly"),
            "assistant.Comparison": _("What a change would do to answers"),
            "llm.ModelChoice": _("The model that writes, and others to try"),
            "prompts.PromptExperiment": _("Two versions of a prompt on real questions"),
            "llm.ModelCall": _("Every call, its time and its cost"),
            "llm.BudgetDay": _("What was spent, day by day"),
        },
    ),
    (
        _("Prediction"),
        {
            "proactive.IssueType": _("Which trouble to foresee, and what speaks for it"),
            "proactive.SignalName": _("Your own event names, and what they count as"),
            "proactive.CurrentRisk": _("Who is at risk of what now"),
            "proactive.ScoreModel": _("Every version that scores or has scored"),
            "proactive.TrainingRun": _("When models were taught, and what the gate said"),
            "proactive.Backtest": _("What a version would have said in the past"),
            "proactive.DriftCheck": _("Whether what scores still fits"),
            "proactive.ScoringRun": _("When customers were scored, and how it went"),
            "proactive.RiskScore": _("Each change of a score, of one customer"),
        },
    ),
    (
        _("People"),
        {
            "customers.Customer": _("Customers and how they reach us"),
            "accounts.User": _("Staff and their roles"),
            "assistant.PracticeScenario": _("Simulated customers to train on"),
            "accounts.Team": _("Who answers together, and in which languages"),
            "accounts.OpeningHours": _("When people answer"),
            "accounts.Holiday": _("Days on which nobody answers"),
            "accounts.Invitation": _("Colleagues invited by e-mail"),
            "accounts.ApiKey": _("Keys for other systems"),
        },
    ),
    (
        _("Operations"),
        {
            "delivery.Delivery": _("Mails on their way, sent, failed and in doubt"),
            "delivery.StoredMail": _("Mails that arrived here, because there is no mail server"),
            "audit.AuditEvent": _("Who did what, and when"),
            "django_tasks_database.DBTaskResult": _("Background work and its outcome"),
            "scheduling.JobState": _("Periodic jobs: when, how late, and what failed"),
            "scheduling.ScheduleSlot": _("Every time a job was due, and what became of it"),
            "scheduling.SchedulerLease": _("Which scheduler leads"),
        },
    ),
)
# Roles are fixed (accounts/roles.py), so Django's groups grant nothing here.
LEFT_OUT = {"auth.Group"}


@dataclass(frozen=True)
class Entry:
    name: str
    address: str
    add_address: str
    purpose: str
    is_current: bool


@dataclass(frozen=True)
class Group:
    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Figure:
    name: str
    count: int
    address: str
    tone: Literal["info", "good", "warning", "danger", "neutral"]


@register.simple_tag(takes_context=True)
def navigation(context: template.Context, app_list: Sequence[dict[str, Any]]) -> list[Group]:
    """The models of `app_list`, which the admin site has filtered by permission, in groups; empty groups left out."""
    path = context["request"].path if "request" in context else ""
    models = {f"{app['app_label']}.{model['object_name']}": model for app in app_list for model in app["models"]}
    groups = [
        Group(
            str(name),
            tuple(_entry(models.pop(key), str(purpose), path) for key, purpose in places.items() if key in models),
        )
        for name, places in GROUPS
    ]
    rest = [model for key, model in models.items() if key not in LEFT_OUT]
    groups.append(Group(str(_("More")), tuple(_entry(model, "", path) for model in rest)))
    return [group for group in groups if group.entries]


@register.simple_tag(takes_context=True)
def at_a_glance(context: template.Context) -> list[Figure]:
    """Figures of this moment, each with the list behind it; only those whose list this user may open."""
    request: HttpRequest = context["request"]
    figures: list[Figure] = []
    if request.user.has_perm("conversations.view_personrequest"):
        waiting = PersonRequest.objects.filter(state=PersonRequest.State.OPEN).count()
        address = reverse("admin:conversations_personrequest_changelist") + "?state__exact=open"
        figures.append(Figure(str(_("Waiting for a person")), waiting, address, "warning" if waiting else "neutral"))
    if request.user.has_perm("assistant.view_answertrace"):
        asked = AnswerTrace.objects.filter(created_at__gte=timezone.now() - FIGURES_PERIOD).count()
        address = reverse("admin:assistant_answertrace_changelist")
        figures.append(Figure(str(_("Answers in 24 hours")), asked, address, "neutral"))
    if request.user.has_perm("knowledge.view_document"):
        figures += _document_figures()
    if request.user.has_perm("delivery.view_delivery"):
        figures += _delivery_figures()
    if request.user.has_perm("scheduling.view_jobstate"):
        figures += _scheduling_figures()
    return figures


def _delivery_figures() -> list[Figure]:
    """Only what a person must decide; nothing when all is well."""
    unknown = Delivery.objects.filter(state=State.UNKNOWN).count()
    address = reverse("admin:delivery_delivery_changelist") + "?state=unknown"
    return [Figure(str(_("Perhaps not sent")), unknown, address, "warning")] if unknown else []


def _scheduling_figures() -> list[Figure]:
    """Only what somebody must see to; nothing when all is well."""
    address = reverse("admin:scheduling_jobstate_changelist")
    failing = backing_off_count()
    figures = [Figure(str(_("Jobs that keep failing")), failing, address, "danger")] if failing else []
    if not leadership().is_there:
        figures.append(Figure(str(_("Schedulers that lead")), 0, address, "danger"))
    return figures


def _document_figures() -> list[Figure]:
    documents, address = Document.objects, reverse("admin:knowledge_document_changelist")
    live = documents.answerable(timezone.now()).count()
    indexing = documents.being_indexed().count()
    unreadable = documents.newest_read([DocumentVersion.Parse.FAILED]).count()
    return [
        Figure(str(_("Documents in answers")), live, f"{address}?answers=live", "neutral"),
        Figure(str(_("Being indexed")), indexing, f"{address}?answers=indexing", "info" if indexing else "neutral"),
        Figure(
            str(_("Could not be read")), unreadable, f"{address}?file=failed", "danger" if unreadable else "neutral"
        ),
    ]


def _entry(model: dict[str, Any], purpose: str, path: str) -> Entry:
    address = model.get("admin_url") or ""
    return Entry(
        name=str(model["name"]),
        address=address,
        add_address=model.get("add_url") or "",
        purpose=purpose,
        is_current=bool(address) and path.startswith(address),
    )
