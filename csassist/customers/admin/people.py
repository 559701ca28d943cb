"""Customers as staff see them. Erasing one is not a button here: it must also reach every copy of their words."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from csassist.audit.services import record
from csassist.customers import facts
from csassist.customers.models import Customer, CustomerFact, Identity


class IdentityInline(admin.TabularInline[Identity, Customer]):
    """How the customer is recognised. A browser's value is a digest that tells nobody anything."""

    model = Identity
    fields = ["kind", "shown_value", "created_at"]
    readonly_fields = ["shown_value", "created_at"]
    extra = 0
    can_delete = False

    @admin.display(description=_("value"))
    def shown_value(self, identity: Identity) -> str:
        return "…" if identity.kind == Identity.Kind.VISITOR else identity.value

    def has_add_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return False


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin[Customer]):
    list_display = ["__str__", "email", "plan", "language", "country", "is_anonymous", "customer_since", "created_at"]
    list_filter = ["is_anonymous", "plan", "language", "country"]
    search_fields = ["name", "email", "phone", "external_id", "=public_id"]
    readonly_fields = ["public_id", "conversations_page", "created_at"]
    inlines = [IdentityInline]
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("conversations"))
    def conversations_page(self, customer: Customer) -> SafeString:
        address = reverse("admin:conversations_conversation_changelist")
        return format_html('<a href="{}?q={}">{}</a>', address, customer.public_id, _("Show the conversations"))

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> list[str]:
        return [name for name in self.readonly_fields if obj is not None or name != "conversations_page"]

    def save_model(self, request: HttpRequest, obj: Customer, form: forms.ModelForm[Customer], change: bool) -> None:
        super().save_model(request, obj, form, change)
        record("customer.changed" if change else "customer.created", obj, fields=list(form.changed_data))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return super().get_queryset(request).order_by("-id")


@admin.register(CustomerFact)
class CustomerFactAdmin(admin.ModelAdmin[CustomerFact]):
    """What is remembered, to look through and to delete. It is written and corrected beside a conversation."""

    list_display = ["customer", "kind", "value", "source", "consent", "is_active", "created_at", "expires_at"]
    list_filter = ["kind", "source", "consent", "is_active"]
    search_fields = ["=customer__external_id", "=customer__public_id"]
    list_select_related = ["customer"]
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CustomerFact | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: CustomerFact) -> None:
        facts.forget(fact=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CustomerFact]) -> None:
        for fact in queryset:
            facts.forget(fact=fact)
