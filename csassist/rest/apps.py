"""Puts our sign-in form in front of the admin site."""

from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "csassist.rest"

    def ready(self) -> None:
        from django.contrib import admin

        from csassist.rest.staff_login import StaffLoginForm

        admin.site.login_form = StaffLoginForm
