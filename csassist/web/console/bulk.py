"""One act on several conversations: each for itself, so that one that cannot be done stops no other."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from csassist.accounts.models import User
from csassist.conversations import services
from csassist.conversations.models import Conversation
from csassist.core.errors import AppError, InvalidInput
from csassist.web.console.access import console_act, staff_of
from csassist.web.console.acting import give, owner_named, uuids

MOST_AT_ONCE_COUNT = 100
PROBLEMS_SHOWN_COUNT = 3


@require_POST
@console_act
def bulk(request: HttpRequest) -> HttpResponse:
    """Answers in one line: how many were done, and why the others were not."""
    form = request.POST
    public_ids = uuids(form.getlist("c"))
    if not public_ids:
        raise InvalidInput(_("Choose one or more conversations first."), field="c")
    if len(public_ids) > MOST_AT_ONCE_COUNT:
        raise InvalidInput(_("Choose at most %(most)d conversations.") % {"most": MOST_AT_ONCE_COUNT}, field="c")
    done_count, problems = 0, []
    for conversation in _chosen(public_ids):
        try:
            _act(form.get("act", ""), form.get("value", ""), conversation, staff_of(request))
            done_count += 1
        except AppError as error:
            problems.append(f"{conversation.customer}: {error.message}")
    return HttpResponse(_result(done_count, problems), content_type="text/plain; charset=utf-8")


def _chosen(public_ids: tuple[UUID, ...]) -> list[Conversation]:
    return list(Conversation.objects.filter(public_id__in=public_ids).select_related("customer"))


def _act(act: str, value: str, conversation: Conversation, by: User) -> None:
    if act == "assign":
        give(conversation, owner_named(value), by=by)
    elif act == "tag":
        services.add_tag(conversation=conversation, name=value, by=by)
    elif act == "close":
        services.close(conversation=conversation, by=by)
    else:
        raise InvalidInput(_("Unknown act."), field="act", choices=["assign", "tag", "close"])


def _result(done_count: int, problems: list[str]) -> str:
    done = ngettext("%(count)d conversation changed.", "%(count)d conversations changed.", done_count)
    words = done % {"count": done_count}
    if not problems:
        return words
    failed = ngettext("%(count)d was not:", "%(count)d were not:", len(problems)) % {"count": len(problems)}
    return " ".join([words, failed, *problems[:PROBLEMS_SHOWN_COUNT]])
