"""
The console's scripts and styles, each page's in one file: modules stay small where they are read, and a page asks once.

A module becomes a function whose result holds what it exports; the functions stand in the order in which they import
one another. What is sent is minified, compressed once, and named by its digest, so that a browser may keep it for ever.
"""

import gzip
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from django.conf import settings
from rjsmin import jsmin

STATIC = Path(__file__).resolve().parents[1] / "static" / "web"
# What each page begins with, and what it needs besides, which nothing imports.
ENTRIES = {"main": ("console/main", "console/panels"), "review": ("console/review",), "page": ("console/page",)}
STYLES = (
    "dialogs", "console/frame", "console/list", "console/talk", "console/composer", "console/parts",
    "console/panels", "console/pages", "console/charts",
)  # fmt: skip
DIGEST_CHARACTERS = 16

_IMPORT = re.compile(r'^import \{ (?P<names>[^}]+) \} from "(?P<path>\.[\w./]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?P<rest>(?:async )?(?:function|class|const) (?P<name>\w+))", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b", re.MULTILINE)


class NotBundled(ValueError):
    """A module is written in a way that cannot be put into one file."""


@dataclass(frozen=True)
class Bundle:
    """`name` holds the digest of the text."""

    name: str
    text: bytes
    compressed: bytes
    content_type: str


def script(entry: str) -> Bundle:
    return _script(entry) if not settings.DEBUG else _script.__wrapped__(entry)


def styles() -> Bundle:
    return _styles() if not settings.DEBUG else _styles.__wrapped__()


def bundle_of(kind: str) -> Bundle | None:
    """ "main", "review", "page" or "styles"."""
    if kind == "styles":
        return styles()
    return script(kind) if kind in ENTRIES else None


@cache
def _script(entry: str) -> Bundle:
    functions = "".join(_as_function(module) for module in modules_of(entry))
    text = jsmin(f'(() => {{\n"use strict";\n{functions}}})();')
    return _bundle(entry, "js", text, "text/javascript; charset=utf-8")


@cache
def _styles() -> Bundle:
    text = "\n".join((STATIC / f"{name}.css").read_text("utf-8") for name in STYLES)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text).replace(" { ", "{").replace("; ", ";").replace("} ", "}")
    return _bundle("styles", "css", text.replace(": ", ":"), "text/css; charset=utf-8")


def modules_of(entry: str) -> list[str]:
    """Every module of a page, each after what it imports."""
    order: list[str] = []
    for first in ENTRIES[entry]:
        _visit(first, order, coming=())
    return order


def _visit(module: str, order: list[str], *, coming: tuple[str, ...]) -> None:
    if module in order:
        return
    if module in coming:
        raise NotBundled(f"{' imports '.join([*coming, module])}: a circle has no order.")
    for imported in _imports(module):
        _visit(imported, order, coming=(*coming, module))
    order.append(module)


def _imports(module: str) -> Iterator[str]:
    for found in _IMPORT.finditer(_source(module)):
        yield _resolved(module, found["path"])


def _resolved(module: str, path: str) -> str:
    """`../js/dom` of `console/talk` is `js/dom`."""
    parts: list[str] = list(PurePosixPath(module).parent.parts)
    for part in path.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _as_function(module: str) -> str:
    text = _IMPORT.sub(lambda found: _taken(module, found), _source(module))
    exports = [found["name"] for found in _EXPORT.finditer(text)]
    text = _EXPORT.sub(r"\g<rest>", text)
    if _LEFT_OVER.search(text):
        raise NotBundled(f"{module}.js imports or exports in a way that is not known here.")
    return f"const {_variable(module)} = (() => {{\n{text}return {{ {', '.join(exports)} }};\n}})();\n"


def _taken(module: str, found: re.Match[str]) -> str:
    return f"const {{ {' '.join(found['names'].split())} }} = {_variable(_resolved(module, found['path']))};\n"


def _variable(module: str) -> str:
    return f"${module.replace('/', '_')}"


def _source(module: str) -> str:
    return (STATIC / f"{module}.js").read_text("utf-8")


def _bundle(kind: str, ending: str, text: str, content_type: str) -> Bundle:
    content = text.encode()
    digest = hashlib.sha256(content).hexdigest()[:DIGEST_CHARACTERS]
    return Bundle(f"{kind}-{digest}.{ending}", content, gzip.compress(content, 9, mtime=0), content_type)
