"""Routes of readings, mounted at api/v1/."""

from django.urls import path

from csassist.analysis import api

urlpatterns = [
    path("staff/messages/<uuid:public_id>/reading", api.ReadingView.as_view(), name="message_reading"),
    path(
        "staff/messages/<uuid:public_id>/reading/corrections",
        api.CorrectionsView.as_view(),
        name="message_reading_corrections",
    ),
    path("staff/intents", api.IntentsView.as_view(), name="staff_intents"),
]
