"""Facts of the installation for templates that get no context of their own, such as error pages and the admin."""

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

register = template.Library()

DEMO_COMPANY_NAME = gettext_noop("Larkhouse")


@register.simple_tag
def company_name() -> str:
    """The company's name; the demo company has a Chinese one too, through the catalogue."""
    return gettext(settings.CSASSIST_COMPANY_NAME) if settings.CSASSIST_COMPANY_NAME else ""


@register.filter
def shelf_name(name: str) -> str:
    """A collection's name; those of the demo have Chinese ones too, through the catalogue."""
    return gettext(name) if name else ""


@register.simple_tag
def is_demo() -> bool:
    return bool(settings.CSASSIST_MODE == "demo")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon of the page's sprite (web/icons.html); the words beside it name it."""
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-{}"></use></svg>', name)
