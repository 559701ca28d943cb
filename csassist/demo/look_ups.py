"""What the demo company looks up, where its order service listens, and the secrets that a demo makes for itself."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import yaml
from django.conf import settings

from csassist.assistant.lookups.services import save_look_up
from csassist.assistant.models import LookUp
from csassist.demo.order_service import LOOPBACK, SECRET_VARIABLE

LOOK_UPS = Path(__file__).with_name("look_ups.yaml")
SECRET_NAME = "DEMO"  # noqa: S105 -- the end of SECRET_VARIABLE


def load_look_ups() -> int:
    """
    Those of the demo that are missing; returns how many. The address of the others follows the port of the settings,
    and nothing else of them is touched.
    """
    rows = yaml.safe_load(LOOK_UPS.read_text(encoding="utf-8"))
    present = dict(LookUp.objects.filter(secret_name=SECRET_NAME).values_list("key", "url"))
    created = 0
    for row in rows:
        url = f"http://{service_host()}{row['url']}"
        if row["key"] not in present:
            save_look_up(look_up=LookUp(**{**row, "url": url}, secret_name=SECRET_NAME, is_enabled=True))
            created += 1
        elif present[row["key"]].startswith(f"http://{LOOPBACK}:"):
            LookUp.objects.filter(key=row["key"]).exclude(url=url).update(url=url)
    return created


def service_host() -> str:
    return f"{LOOPBACK}:{settings.CSASSIST_DEMO_ORDERS_PORT}"


def service_command() -> str:
    """For the supervisor, beside the processes of the Procfile."""
    return f"orders=python -m csassist.demo.order_service --port {settings.CSASSIST_DEMO_ORDERS_PORT}"


def environment() -> Mapping[str, str]:
    """
    What the processes of a demo share: that the order service may be asked, its secret, and the one with which the demo
    page signs customers in. Both secrets are new at each start, unless somebody set their own.
    """
    hosts = [*settings.CSASSIST_LOOKUP_HOSTS, service_host()]
    return {
        "CSASSIST_LOOKUP_HOSTS": ",".join(dict.fromkeys(hosts)),
        SECRET_VARIABLE: os.environ.get(SECRET_VARIABLE) or secrets.token_urlsafe(48),
        "CSASSIST_WIDGET_SECRET": settings.CSASSIST_WIDGET_SECRET or secrets.token_urlsafe(48),
    }
