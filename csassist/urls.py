"""The route map: one include per app."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from csassist import api_description as _api_description  # noqa: F401 -- importing it registers its schemes

admin.autodiscover()
urlpatterns = [
    path("admin/password_change/", RedirectView.as_view(pattern_name="staff_password")),  # one page for it, on record
    path("admin/", admin.site.urls),
    path("api/v1/", include("csassist.analysis.urls")),
    path("api/v1/", include("csassist.assistant.urls")),
    path("api/v1/", include("csassist.conversations.urls")),
    path("api/v1/", include("csassist.customers.urls")),
    path("api/v1/", include("knowledge.urls")),
    path("api/v1/", include("proactive.urls")),
    path("api/v1/", include("prompts.urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("", include("csassist.web.urls")),
]
