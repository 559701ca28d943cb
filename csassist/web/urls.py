"""Addresses of the pages and of the health checks."""

from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path
from django.views.i18n import set_language

from csassist.web import health, mail_pages, views, widget_views
from csassist.web.help_centre import article, metadata, pages
from csassist.web.staff_accounts import pages as account_pages

urlpatterns = [
    path("", views.chat, name="chat"),
    path("c/<uuid:conversation_id>", views.chat, name="chat_conversation"),
    path("mail/conversation/<str:token>", mail_pages.conversation, name="conversation_by_mail"),
    path("mail/survey/<str:token>", mail_pages.survey, name="survey_by_mail"),
    path("mail/no-surveys/<str:token>", mail_pages.no_surveys, name="no_surveys_by_mail"),
    path("widget.js", widget_views.script, name="widget_script"),
    path("events.js", widget_views.events, name="events_script"),
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
    path("console/", include("csassist.web.console.urls")),
    path("console/", include("csassist.web.console.panels.urls")),
    path("console/", include("csassist.web.console.prediction.urls")),
    path("console/practice/", include("csassist.web.practice.urls")),
    path("staff/", views.staff, name="staff"),
    path("staff/invitation/<str:token>", account_pages.accept_invitation, name="staff_invitation"),
    # Django's log-in page links to a page of this name.
    path("staff/password/reset", account_pages.ask_for_reset, name="admin_password_reset"),
    path("staff/password/reset/asked", account_pages.reset_asked, name="password_reset_asked"),
    path(
        "staff/password/reset/<uidb64>/<token>",
        account_pages.ChooseNewPassword.as_view(),
        name="password_reset_confirm",
    ),
    path("staff/password", account_pages.change_password, name="staff_password"),
    path("staff/notifications", account_pages.notifications, name="staff_notifications"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
