"""Addresses of the pages and of the health checks."""

from django.contrib.sitemaps import views as sitemap_views
from django.urls import path
from django.views.i18n import set_language

from csassist.web import health, views, widget_views
from csassist.web.help_centre import article, metadata, pages

urlpatterns = [
    path("", views.chat, name="chat"),
    path("c/<uuid:conversation_id>", views.chat, name="chat_conversation"),
    path("widget.js", widget_views.script, name="widget_script"),
    path("widget-demo", widget_views.demo, name="widget_demo"),
    path("api/v1/widget", widget_views.WidgetView.as_view(), name="widget"),
    path("help/", pages.home, name="help_home"),
    path("help/search", pages.search, name="help_search"),
    path("help/<slug:slug>/", pages.shelf, name="help_shelf"),
    path("help/<slug:slug>/<str:key>/", article.article, name="help_article"),
    path("help/<slug:slug>/<str:key>/feedback", article.rate, name="help_article_feedback"),
    path("robots.txt", metadata.robots, name="robots"),
    path(
        "sitemap.xml",
        sitemap_views.index,
        {"sitemaps": metadata.SITEMAPS, "sitemap_url_name": "sitemap_section"},
        name="sitemap_index",
    ),
    path("sitemap-<section>.xml", sitemap_views.sitemap, {"sitemaps": metadata.SITEMAPS}, name="sitemap_section"),
    path("language", set_language, name="set_language"),
    path("staff/", views.staff, name="staff"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
