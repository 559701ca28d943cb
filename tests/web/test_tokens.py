"""The design tokens keep text readable: WCAG 2.2 AA in light and in dark, computed from the stylesheet itself."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

STYLES = ROOT / "csassist/web/static/web"
TOKENS = (STYLES / "tokens.css").read_text("utf-8")
PAIR = re.compile(r"--(?P<name>[\w-]+):\s*light-dark\((?P<light>#[0-9a-f]{6}),\s*(?P<dark>#[0-9a-f]{6})\);")
COLOURS = {found["name"]: {"light": found["light"], "dark": found["dark"]} for found in PAIR.finditer(TOKENS)}
GROUNDS = ("page", "surface", "raised", "sunken", "hover")
STATES = ("info", "good", "warning", "danger")
TEXT_ON_GROUND = [
    *[(text, ground) for text in ("text", "text-muted") for ground in GROUNDS],
    *[("text-faint", ground) for ground in ("page", "surface", "raised", "sunken")],
    *[("accent", ground) for ground in ("page", "surface", "raised", "accent-soft")],
    *[(state, ground) for state in STATES for ground in ("page", "surface", f"{state}-soft")],
    *[("on-accent", ground) for ground in ("accent-fill", "accent-fill-hover", "danger-fill")],
    ("on-danger", "danger-fill"),
    ("text", "mark"),
]
LEAST_TEXT_CONTRAST = 4.5
LEAST_PART_CONTRAST = 3.0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_is_readable_on_its_ground(text: str, ground: str, scheme: str):
    assert contrast(COLOURS[text][scheme], COLOURS[ground][scheme]) >= LEAST_TEXT_CONTRAST


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("part", "ground"), [("line-control", "page"), ("line-control", "surface"), ("accent", "surface")]
)
def test_the_edge_of_a_control_and_the_focus_ring_can_be_seen(part: str, ground: str, scheme: str):
    assert contrast(COLOURS[part][scheme], COLOURS[ground][scheme]) >= LEAST_PART_CONTRAST


def test_a_colour_is_written_down_in_the_tokens_only():
    found = {
        str(path.relative_to(ROOT)): literals
        for path in sorted((ROOT / "csassist/web/static/web").glob("*.css"))
        if path.name != "tokens.css"
        and (literals := re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)", path.read_text("utf-8")))
    }
    # Django admin has buttons in a grey that the product itself has no use for.
    found.pop("csassist/web/static/web/admin.css", None)

    assert found == {}


def contrast(first: str, second: str) -> float:
    """The ratio of WCAG: 1 for the same colour, 21 for black on white."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("sheet", sorted(STYLES.rglob("*.css")), ids=lambda path: path.name)
def test_every_block_of_a_style_sheet_is_closed(sheet: Path):
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    assert text.count("{") == text.count("}")
