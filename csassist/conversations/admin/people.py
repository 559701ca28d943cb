"""People waiting: the open ones first, the longest waiting on top."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from csassist.accounts.models import User
from csassist.conversations import selectors, services
from csassist.conversations.admin.readonly import ReadOnlyAdmin, conversation_link
from csassist.conversations.models import PersonRequest
from csassist.conversations.models.people import IS_DONE
from csassist.conversations.shapes import short_title


@admin.register(PersonRequest)
class PersonRequestAdmin(ReadOnlyAdmin[PersonRequest]):
    list_display = ["name_or_id", "contact", "short_note", "last_question", "state", "created_at", "conversation_page"]
    list_filter = ["state", "created_at"]
    search_fields = ["name", "contact", "note"]
    ordering = [IS_DONE, "created_at", "id"]
    fields = [
        "name",
        "contact",
        "note",
        "last_question",
        "conversation_page",
        "state",
        "created_at",
        "handled_by",
        "handled_at",
    ]
    readonly_fields = ["last_question", "conversation_page"]
    actions = ["mark_done"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PersonRequest]:
        return selectors.people_waiting()

    @admin.display(description=_("name"))
    def name_or_id(self, request: PersonRequest) -> str:
        return str(request)

    @admin.display(description=_("note"))
    def short_note(self, request: PersonRequest) -> str:
        return short_title(request.note)

    @admin.display(description=_("last question"))
    def last_question(self, request: PersonRequest) -> str:
        return short_title(getattr(request, "last_question", None) or "")

    @admin.display(description=_("conversation"))
    def conversation_page(self, request: PersonRequest) -> SafeString:
        return conversation_link(request.conversation)

    @admin.action(description=_("Mark as done"), permissions=["finish"])
    def mark_done(self, request: HttpRequest, queryset: QuerySet[PersonRequest]) -> None:
        assert isinstance(request.user, User)  # noqa: S101 -- the admin site lets only staff in
        waiting = list(queryset.filter(state=PersonRequest.State.OPEN))
        for person in waiting:
            services.mark_done(request=person, handled_by=request.user)
        done = ngettext("%(count)d person marked as done.", "%(count)d people marked as done.", len(waiting))
        self.message_user(request, done % {"count": len(waiting)}, level=messages.SUCCESS)

    def has_finish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.change_personrequest")
