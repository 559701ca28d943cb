"""The routes these tests need: the admin and the prompts API."""

from django.contrib import admin
from django.urls import include, path

admin.autodiscover()  # as csassist.urls does, which these tests may be run without
urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("prompts.urls")),
    path("", include("csassist.web.urls")),
]
