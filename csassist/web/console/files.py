"""Files that an agent adds to a reply: uploaded first, like a customer's, and checked by the same rules."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from csassist.conversations import selectors, services
from csassist.conversations.events import attachment_payload
from csassist.core.errors import InvalidInput
from csassist.rest.parsers import TooLarge
from csassist.rest.uploads import take_one_file
from csassist.web.console.access import console_act, conversation_of, refusal


@csrf_exempt
def upload(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The door is set before anything reads the body, which checking the form's CSRF token does."""
    take_one_file(request, most_bytes=settings.CSASSIST_ATTACHMENT_MAX_BYTES)
    try:
        return _upload(request, public_id)
    except TooLarge as error:
        return refusal(error)


@csrf_protect
@require_POST
@console_act
def _upload(request: HttpRequest, public_id: UUID) -> HttpResponse:
    conversation = conversation_of(public_id)
    file = request.FILES.get("file")
    if file is None or not settings.CSASSIST_ATTACHMENTS_PER_MESSAGE_COUNT:
        raise InvalidInput(_("Files cannot be attached here."), field="file")
    attachment, is_new = services.attach_file(
        conversation=conversation,
        name=file.name or "",
        content=file.read(),
        client_key=request.POST.get("client_key", ""),
    )
    return JsonResponse(attachment_payload(attachment), status=201 if is_new else 200)


@require_POST
@console_act
def take_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A file that was not sent yet; one that was stays with its message."""
    services.remove_unused(attachment=selectors.staff_attachment(public_id))
    return HttpResponse(status=204)
