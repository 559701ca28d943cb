"""The board: who is at risk of what, the most likely first, and the same as a file."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from csassist.web.console.access import page_with, staff_of
from csassist.web.console.frame import frame_context
from csassist.web.console.prediction.showing import BANDS, listed_risk
from csassist.web.streaming import streamed_file
from proactive.board import ALL_BANDS, IssueCounts, RisksWanted, counts, freshness, plans, risks
from proactive.models import Band, CurrentRisk
from proactive.services import export_risks

VIEW_RISKS = "proactive.view_currentrisk"
ROWS_A_PAGE = 50


@require_safe
@page_with(VIEW_RISKS)
def board(request: HttpRequest) -> HttpResponse:
    """Every filter stands in the address; the bands that are worth a look come without being asked for."""
    wanted = RisksWanted.from_query(request.GET.dict())
    of_issues = counts()
    rows = risks(wanted)
    pages = Paginator(rows, ROWS_A_PAGE)
    pages.count = _count(wanted, of_issues, rows)
    page = pages.get_page(request.GET.get("page"))
    context = {
        **frame_context(request, script="page", place="console_risks"),
        "asked": wanted,
        "issues": [_issue(one, wanted) for one in of_issues],
        "page": page,
        "rows": [listed_risk(risk) for risk in page.object_list],
        "query": urlencode(wanted.as_query()),
        "freshness": freshness(),
        "choices": _choices(of_issues),
        "may_see_models": request.user.has_perm("proactive.view_scoremodel"),
        "shows": "page",
    }
    return render(request, "web/console/prediction/board.html", context)


@require_safe
@page_with(VIEW_RISKS)
def export(request: HttpRequest) -> HttpResponseBase:
    """What the board shows with these filters, all pages of it."""
    wanted = RisksWanted.from_query(request.GET.dict())
    lines = export_risks(wanted=wanted, by=staff_of(request), language=get_language() or "en")
    name = f"risks-{timezone.localdate().isoformat()}.csv"
    return streamed_file(request, lines, name=name, content_type="text/csv; charset=utf-8")


def _count(wanted: RisksWanted, of_issues: list[IssueCounts], rows: QuerySet[CurrentRisk]) -> int:
    """How many rows there are; what the counts on top say already is not counted again."""
    if wanted.plan or wanted.language or wanted.words or wanted.band in {Band.LOW, ALL_BANDS}:
        return rows.count()
    shown = [one for one in of_issues if wanted.issue in {"", one.issue.key}]
    high, elevated = sum(one.high_count for one in shown), sum(one.elevated_count for one in shown)
    return {"": high + elevated, Band.HIGH: high, Band.ELEVATED: elevated}[wanted.band]


def _issue(one: IssueCounts, wanted: RisksWanted) -> dict[str, object]:
    is_current = wanted.issue == one.issue.key
    query = {**wanted.as_query(), "issue": "" if is_current else one.issue.key}
    return {
        "counts": one,
        "query": urlencode({key: value for key, value in query.items() if value}),
        "is_current": is_current,
    }


def _choices(of_issues: list[IssueCounts]) -> dict[str, list[tuple[str, str]]]:
    return {
        "issue": [(one.issue.key, one.issue.name) for one in of_issues],
        "band": [
            *((str(band), str(BANDS[band].words)) for band in (Band.HIGH, Band.ELEVATED, Band.LOW)),
            (ALL_BANDS, _("All bands")),
        ],
        "plan": [(name, name) for name in plans()],
        "language": [("en", _("English")), ("zh", _("Chinese"))],
    }
