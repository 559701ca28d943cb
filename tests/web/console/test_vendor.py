"""The scripts of others are what their packages hold."""

import gzip
import hashlib
import re

import pytest

from tests.architecture.source import ROOT

FOLDER = ROOT / "csassist/web/static/web/vendor"
ROW = re.compile(r"^\| (\S+\.js) \|.*\| ([0-9a-f]{64}) \|$", re.MULTILINE)

pytestmark = pytest.mark.once


def test_every_script_has_the_digest_that_is_recorded_for_it():
    recorded = dict(ROW.findall((FOLDER / "README.md").read_text("utf-8")))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.js")}

    assert found == recorded
    assert set(found) == {"htmx.min.js", "idiomorph-ext.min.js"}


def test_every_script_is_there_compressed_too_so_that_a_page_stays_light():
    for path in FOLDER.glob("*.js"):
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()


def test_every_script_comes_with_its_licence():
    assert {path.name for path in FOLDER.glob("*.LICENSE")} == {"htmx.LICENSE", "idiomorph.LICENSE"}
