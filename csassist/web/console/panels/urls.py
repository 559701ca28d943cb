"""Addresses of the panels, mounted at console/."""

from django.urls import path

from csassist.web.console.panels import customer, knowledge

BESIDE = "c/<uuid:public_id>"

urlpatterns = [
    path(f"{BESIDE}/customer", customer.panel, name="console_customer"),
    path(f"{BESIDE}/customer/orders", customer.orders, name="console_customer_orders"),
    path(f"{BESIDE}/customer/facts", customer.remember_fact, name="console_remember"),
    path(f"{BESIDE}/customer/facts/<uuid:fact_id>/correct", customer.correct_fact, name="console_correct_fact"),
    path(f"{BESIDE}/customer/facts/<uuid:fact_id>/forget", customer.forget_fact, name="console_forget_fact"),
    path(f"{BESIDE}/knowledge", knowledge.panel, name="console_knowledge"),
    path(f"{BESIDE}/knowledge/found", knowledge.found, name="console_found"),
    path(f"{BESIDE}/knowledge/ask", knowledge.ask, name="console_ask"),
    path(f"{BESIDE}/knowledge/reword", knowledge.reword_reply, name="console_reword"),
    path(f"{BESIDE}/knowledge/summary", knowledge.sum_up, name="console_sum_up"),
]
