"""
The widget's script: the chat page's own modules and a few of the widget's, put into one file without a build step.

A module in `static/web/widget` stands in for the chat page's of the same name, so both show a conversation with one
code. Each becomes a function whose result holds what it exports; the style sheets travel as one string, with the page
they were written for replaced by the widget's root and `rem` by pixels, because a `rem` belongs to the host page.
"""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rjsmin import jsmin

HERE = Path(__file__).parent
SCRIPTS = HERE / "static" / "web"
ICONS = HERE / "templates" / "web" / "icons.html"
STYLES = ("tokens", "base", "bar", "chat", "turns", "dialogs", "files", "widget")
# Each after what it imports.
MODULES = (
    "phrases", "root", "trusted", "storage", "problem", "api", "dom", "frame", "dialogs", "highlight",
    "sources", "times", "rating", "files", "survey", "turns", "live", "proof", "transcript", "scrolling", "outbox",
    "stream", "conversation", "visit", "tray", "help", "composer", "person", "colours", "unread", "home",
    "panel",
)  # fmt: skip
PIXELS_PER_REM = 16

_IMPORT = re.compile(r'^import \{ (?P<names>[^}]+) \} from "\./(?P<module>\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?P<rest>(?:async )?(?:function|class|const) (?P<name>\w+))", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b", re.MULTILINE)
_PLACE = re.compile(r"\$(?:STYLES|ICONS|MODULES;)")
_REM = re.compile(r"(\d*\.?\d+)rem\b")


class NotBundled(ValueError):
    """A module is written in a way that cannot be put into the one file."""


@dataclass(frozen=True)
class Script:
    """The widget's script, plain and gzip-compressed, and the tag that names exactly this text."""

    text: bytes
    compressed: bytes
    etag: str


@cache
def widget_script() -> Script:
    modules = "".join(_as_function(name) for name in MODULES)
    places = {
        "$STYLES": json.dumps(_styles(), ensure_ascii=False),
        "$ICONS": json.dumps(ICONS.read_text("utf-8")),
        "$MODULES;": modules,
    }
    text = jsmin(_PLACE.sub(lambda found: places[found[0]], _source("loader"))).encode()
    return Script(text, gzip.compress(text, 9, mtime=0), f'"{hashlib.sha256(text).hexdigest()[:32]}"')


@cache
def events_script() -> Script:
    """What the company's pages load to send events; on its own, so that a page without the widget can."""
    text = jsmin((SCRIPTS / "events" / "events.js").read_text("utf-8")).encode()
    return Script(text, gzip.compress(text, 9, mtime=0), f'"{hashlib.sha256(text).hexdigest()[:32]}"')


def module_path(name: str) -> Path:
    own = SCRIPTS / "widget" / f"{name}.js"
    return own if own.is_file() else SCRIPTS / "js" / f"{name}.js"


def _source(name: str) -> str:
    return module_path(name).read_text("utf-8")


def _as_function(name: str) -> str:
    """`const $name = (() => { … return { exports }; })();`, its imports taken from the functions before it."""
    text = _IMPORT.sub(_taken, _source(name))
    exports = [found["name"] for found in _EXPORT.finditer(text)]
    text = _EXPORT.sub(r"\g<rest>", text)
    if _LEFT_OVER.search(text):
        raise NotBundled(f"{name}.js imports or exports in a way that the widget's bundle does not know.")
    return f"const ${name} = (() => {{\n{text}return {{ {', '.join(exports)} }};\n}})();\n"


def _taken(found: re.Match[str]) -> str:
    if found["module"] not in MODULES:
        raise NotBundled(f"{found['module']}.js is not part of the widget.")
    return f"const {{ {' '.join(found['names'].split())} }} = ${found['module']};\n"


def _styles() -> str:
    """Every style sheet as the shadow root wants it."""
    text = "\n".join((SCRIPTS / f"{name}.css").read_text("utf-8") for name in STYLES)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r":root(?:,\s*html\[data-theme\])?(?=\s*\{)", ".root", text)
    text = re.sub(r"^(?::lang\(zh-Hans\) body,\n)?body(?=[ :])", ".root", text, flags=re.MULTILINE)
    text = _REM.sub(lambda found: f"{float(found[1]) * PIXELS_PER_REM:g}px", text)
    text = re.sub(r"\s+", " ", text).replace(" { ", "{").replace("; ", ";").replace("} ", "}")
    return text.replace(": ", ":").replace(", ", ",").replace(";}", "}")
