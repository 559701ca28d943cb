"""The ASGI entry point: pages, API and streams of one web process."""

import os

from django.core.asgi import get_asgi_application

from csassist.rest.body_limit import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csassist.settings")
application = BodyLimit(get_asgi_application())
