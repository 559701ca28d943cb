"""Routes of the knowledge API, under /api/v1/."""

from django.urls import path

from knowledge.api import documents, lifecycle, search, sources

urlpatterns = [
    path("collections", documents.CollectionsView.as_view(), name="collections"),
    path("documents", documents.DocumentsView.as_view(), name="documents"),
    path("documents/upload", sources.UploadView.as_view(), name="upload"),
    path("documents/<uuid:public_id>", documents.DocumentView.as_view(), name="document"),
    path("documents/<uuid:public_id>/versions", documents.VersionsView.as_view(), name="versions"),
    path("documents/<uuid:public_id>/versions/<int:number>", documents.VersionView.as_view(), name="version"),
    path("documents/<uuid:public_id>/publish", lifecycle.PublishView.as_view(), name="publish"),
    path("documents/<uuid:public_id>/submit", lifecycle.SubmitView.as_view(), name="submit"),
    path("documents/<uuid:public_id>/withdraw", lifecycle.WithdrawView.as_view(), name="withdraw"),
    path("documents/<uuid:public_id>/retry", lifecycle.RetryView.as_view(), name="retry"),
    path("sources", sources.SourcesView.as_view(), name="sources"),
    path("sources/<uuid:public_id>", sources.SourceView.as_view(), name="source"),
    path("sources/<uuid:public_id>/fetch", sources.FetchView.as_view(), name="fetch"),
    path("sources/<uuid:public_id>/go-ahead", sources.GoAheadView.as_view(), name="go_ahead"),
    path("search", search.SearchView.as_view(), name="search"),
    path("index", search.IndexView.as_view(), name="index"),
]
