"""The import contracts of pyproject.toml hold and forget no app."""

import subprocess
import sys
import tomllib
from pathlib import Path

from django.conf import settings

from tests.architecture.source import PACKAGES, ROOT


def test_every_import_contract_is_kept():
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_app_has_its_place_in_the_layers():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = {name.strip() for line in contracts[0]["layers"] for name in line.split("|")}
    own_apps = {app.partition(".apps.")[0] for app in settings.INSTALLED_APPS if app.split(".")[0] in PACKAGES}

    assert own_apps - {"csassist"} - layers == set()
