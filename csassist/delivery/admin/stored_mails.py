"""Mails of an installation without a mail server, for whoever tries the product: links in them can be followed."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.utils.html import urlize
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from csassist.delivery.admin.readonly import ReadOnlyAdmin
from csassist.delivery.models import StoredMail


@admin.register(StoredMail)
class StoredMailAdmin(ReadOnlyAdmin[StoredMail]):
    list_display = ["subject", "recipient", "arrived_at"]
    search_fields = ["recipient", "subject"]
    fields = ["sender", "recipient", "message_id", "arrived_at", "words"]
    readonly_fields = ["words"]

    @admin.display(description=_("text"))
    def words(self, mail: StoredMail) -> SafeString:
        return linebreaksbr(urlize(mail.text, autoescape=True), autoescape=False)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return settings.CSASSIST_EMAIL == "stored" and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: StoredMail | None = None) -> bool:
        return settings.CSASSIST_EMAIL == "stored" and super().has_view_permission(request, obj)
