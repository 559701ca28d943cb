"""What the pages of this app share: their style sheet, and a page of theirs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from csassist.accounts.staff_pages import staff_page


class AnalysisPages:
    """The look of every staff page, and what is special here."""

    class Media:
        css = {"all": ["knowledge/admin.css", "analysis/admin.css"]}


def page(
    model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, template: str, *, title: str, **context: Any
) -> TemplateResponse:
    return staff_page(model_admin, request, f"admin/analysis/{template}", title=title, **context)
