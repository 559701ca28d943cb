"""Routes for asking, under /api/v1/."""

from django.urls import path

from csassist.assistant import api, playground_api, staff_api

urlpatterns = [
    path("conversations/<uuid:public_id>/messages", api.MessagesView.as_view(), name="messages"),
    path("ask", api.AskView.as_view(), name="ask"),
    path("playground", playground_api.PlaygroundView.as_view(), name="playground"),
    path("citations/<uuid:public_id>", api.SourceView.as_view(), name="citation"),
    path("staff/messages/<uuid:public_id>/why", staff_api.WhyView.as_view(), name="why"),
]
