"""Routes of prediction, mounted at api/v1/."""

from django.urls import path

from proactive import api

urlpatterns = [
    path("risks", api.RisksView.as_view(), name="api_risks"),
    path("customers/<uuid:public_id>/risks", api.CustomerRisksView.as_view(), name="api_customer_risks"),
    path("issues", api.IssuesView.as_view(), name="api_issues"),
    path("models", api.ModelsView.as_view(), name="api_models"),
    path("models/<uuid:public_id>", api.ModelView.as_view(), name="api_model"),
]
