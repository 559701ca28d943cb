"""What the pages of this app share: the look of every staff page, and a page of theirs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse

from csassist.accounts.staff_pages import staff_page


class CustomerPages:
    class Media:
        css = {"all": ["knowledge/admin.css"]}


def page(
    model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, template: str, *, title: str, **context: Any
) -> TemplateResponse:
    return staff_page(model_admin, request, f"admin/customers/{template}", title=title, **context)
