"""The scripts and styles of the console as browsers get them."""

import gzip
import re
import shutil
import subprocess

import pytest
from django.test import Client

from csassist.web.console import bundles
from tests.architecture.source import ROOT

pytestmark = pytest.mark.once

MODULES = ROOT / "csassist/web/static/web/console"
MOST_COMPRESSED_BYTES = 30_000


def test_every_module_of_the_folder_is_in_a_bundle_and_stands_after_what_it_imports():
    bundled = {entry: bundles.modules_of(entry) for entry in bundles.ENTRIES}

    assert {f"console/{path.stem}" for path in MODULES.glob("*.js")} <= {
        name for names in bundled.values() for name in names
    }
    for names in bundled.values():
        for place, name in enumerate(names):
            assert set(bundles._imports(name)) <= set(names[:place]), name


@pytest.mark.django_db
def test_a_page_of_the_console_asks_for_one_script_and_one_style_sheet_of_its_own(client: Client, ben):
    client.force_login(ben)
    for address, entry in (("/console/", "main"), ("/console/review", "review")):
        page = client.get(address).text
        assert f"/console/assets/{bundles.script(entry).name}" in page
        assert f"/console/assets/{bundles.styles().name}" in page


@pytest.mark.parametrize("name", ["main", "review", "styles"])
def test_a_bundle_is_small_and_kept_for_ever_under_its_own_name_only(client: Client, name: str):
    bundle = bundles.bundle_of(name)
    assert bundle is not None

    answer = client.get(f"/console/assets/{bundle.name}", headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(answer.content) == bundle.text == client.get(f"/console/assets/{bundle.name}").content
    assert len(answer.content) <= MOST_COMPRESSED_BYTES
    assert "immutable" in answer.headers["Cache-Control"]
    older = client.get(f"/console/assets/{name}-0123456789abcdef.js")
    assert older.content == bundle.text
    assert older.headers["Cache-Control"] == "no-store"


def test_what_is_no_bundle_is_not_there(client: Client):
    assert client.get("/console/assets/settings-1.js").status_code == 404


def test_a_circle_of_imports_and_an_unknown_way_to_export_are_refused(tmp_path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nexport const a = b;\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport const b = a;\n')
    (tmp_path / "c.js").write_text("export default 1;\n")
    monkeypatch.setattr(bundles, "STATIC", tmp_path)
    monkeypatch.setattr(bundles, "ENTRIES", {"circle": ("a",), "other": ("c",)})

    with pytest.raises(bundles.NotBundled, match="circle"):
        bundles.modules_of("circle")
    with pytest.raises(bundles.NotBundled, match="not known"):
        bundles._script.__wrapped__("other")


@pytest.mark.skipif(shutil.which("node") is None, reason="node reads the script")
@pytest.mark.parametrize("entry", list(bundles.ENTRIES))
def test_the_minified_script_is_still_javascript(tmp_path, entry: str):
    path = tmp_path / "script.js"
    path.write_bytes(bundles.script(entry).text)

    checked = subprocess.run(["node", "--check", path], capture_output=True, text=True, timeout=20)

    assert checked.returncode == 0, checked.stderr
    assert not re.search(rb"^(?:import|export) ", path.read_bytes(), re.MULTILINE)
