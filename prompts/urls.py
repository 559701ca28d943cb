"""Routes of the prompts API, under /api/v1/."""

from django.urls import path

from prompts import api

urlpatterns = [
    path("prompts", api.PromptsView.as_view(), name="prompts"),
    path("prompts/<slug:name>", api.PromptView.as_view(), name="prompt"),
    path("prompts/<slug:name>/versions", api.VersionsView.as_view(), name="prompt_versions"),
    path("prompts/<slug:name>/versions/<int:number>", api.VersionView.as_view(), name="prompt_version"),
    path("prompts/<slug:name>/versions/<int:number>/publish", api.PublishView.as_view(), name="prompt_publish"),
    path("prompts/<slug:name>/versions/<int:number>/roll-back", api.RollBackView.as_view(), name="prompt_roll_back"),
]
