"""Pages in a real browser. What takes the screenshots here runs without pytest, so Django is set up on import."""

import os

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csassist.settings")
if not apps.ready:
    django.setup()
