"""What Django's template language cannot write itself: a name in double braces."""

from django import template

register = template.Library()


@register.filter
def in_braces(name: str) -> str:
    """`{{name}}`, as an author of a prompt types it."""
    return f"{{{{{name}}}}}"
