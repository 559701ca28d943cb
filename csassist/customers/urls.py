"""Routes of the event intake, mounted at api/v1/."""

from django.urls import path

from csassist.customers import event_api

urlpatterns = [
    path("identify", event_api.IdentifyView.as_view(), name="events_identify"),
    path("track", event_api.TrackView.as_view(), name="events_track"),
    path("page", event_api.PageView.as_view(), name="events_page"),
    path("alias", event_api.AliasView.as_view(), name="events_alias"),
    path("batch", event_api.BatchView.as_view(), name="events_batch"),
]
