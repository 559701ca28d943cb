"""Addresses of the pages of practice."""

from django.urls import path

from csassist.web.practice import pages, talking

urlpatterns = [
    path("", pages.scenarios, name="practice"),
    path("people/", pages.people, name="practice_people"),
    path("articles/<uuid:document_id>/", pages.article, name="practice_article"),
    path("start/<uuid:scenario_id>", pages.start, name="practice_start"),
    path("sessions/<uuid:session_id>/", talking.session, name="practice_session"),
    path("sessions/<uuid:session_id>/act", talking.act, name="practice_act"),
    path("sessions/<uuid:session_id>/search", talking.search, name="practice_search"),
    path("sessions/<uuid:session_id>/feedback/", pages.feedback, name="practice_feedback"),
]
