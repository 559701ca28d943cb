"""Opening a source at its quote, and handing out files that were sent."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from csassist.assistant.sources import source_of
from csassist.conversations import selectors
from csassist.conversations.downloads import download
from csassist.conversations.models import Citation
from csassist.core.errors import NotFound
from csassist.web.console.access import console_part


@require_safe
@console_part
def source(request: HttpRequest, public_id: UUID) -> HttpResponse:
    citation = Citation.objects.filter(public_id=public_id).first()
    if citation is None:
        raise NotFound(_("This source does not exist."))
    return render(request, "web/console/source.html", {"source": source_of(citation)})


@require_safe
@console_part
def attachment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return download(selectors.staff_attachment(public_id))
