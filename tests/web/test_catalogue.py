"""Every text of the product exists in Chinese, with the same places to fill, and the compiled catalogue is up to date."""

import ast
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.architecture.source import ROOT, tracked_files

LOCALE = ROOT / "csassist" / "locale" / "zh_Hans" / "LC_MESSAGES"
FUNCTIONS = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"))
CALL = re.compile(r"""(?:_|n?gettext)\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
PLACEHOLDER = re.compile(r"%\(\w+\)[-\d.]*[a-z]|%[-\d.]*[sdf]|\{\w+\}")
HAN = re.compile(r"[\u4e00-\u9fff]")
# The same word in both languages.
INTERNATIONAL = {"%(percent)s %% · %(source)s", "%(place)s: %(why)s.", "API"}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (LOCALE / "django.po").open("rb") as file:
        return read_po(file, locale="zh_Hans")


def source_texts() -> Iterator[tuple[str, Path]]:
    """Every English text that the product may show, with the file it stands in."""
    for path in tracked_files():
        if path.parts[0] == "tests" or path.suffix not in {".py", ".html", ".txt"}:
            continue
        text = (ROOT / path).read_text("utf-8")
        found = python_texts(text) if path.suffix == ".py" else template_texts(text, path)
        yield from ((one, path) for one in found)


def python_texts(text: str) -> list[str]:
    source = io.BytesIO(text.encode())
    found = [message for _line, _name, message, _notes in extract_python(source, FUNCTIONS, [], {"encoding": "utf-8"})]
    return [one for one in map(_singular, found) if one]


def _singular(message: object) -> str:
    return str(message[0] or "") if isinstance(message, tuple) else str(message or "")


def template_texts(text: str, path: Path) -> list[str]:
    """What Django itself finds in a template; it writes each text as a call in something close to Python."""
    return [str(ast.literal_eval(literal)) for literal in CALL.findall(templatize(text, origin=str(path)))]


def test_every_text_of_the_sources_is_in_the_catalogue(catalogue: Catalog):
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id}
    missing = {text: str(path) for text, path in source_texts() if text not in known}

    assert missing == {}


def test_every_text_is_translated_and_checked(catalogue: Catalog):
    open_ids = [message.id for message in catalogue if message.id and (message.fuzzy or not any(_strings(message)))]

    assert open_ids == []


def test_a_translation_fills_the_same_places_as_its_original(catalogue: Catalog):
    different = {}
    for message in catalogue:
        if not message.id:
            continue
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = set(PLACEHOLDER.findall(originals[-1].replace("%%", "")))
        for translated in _strings(message):
            found = set(PLACEHOLDER.findall(translated.replace("%%", "")))
            if found != wanted:
                different[originals[-1]] = translated

    assert different == {}


def test_a_translation_is_chinese(catalogue: Catalog):
    left_alone = [
        message.id
        for message in catalogue
        if message.id and message.id not in INTERNATIONAL and not HAN.search(_strings(message)[0])
    ]

    assert left_alone == []


def test_the_compiled_catalogue_is_that_of_the_text_file(catalogue: Catalog):
    with (LOCALE / "django.mo").open("rb") as file:
        compiled = {_key(message.id): _strings(message) for message in read_mo(file) if message.id}

    assert compiled == {_key(message.id): _strings(message) for message in catalogue if message.id}


def _key(identifier: str | Iterable[str]) -> str:
    return identifier if isinstance(identifier, str) else next(iter(identifier))


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())
