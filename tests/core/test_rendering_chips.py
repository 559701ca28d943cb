"""Markers of sources become buttons, and nothing else does."""

import pytest

from csassist.core.rendering import Chip, render_cited, render_message

pytestmark = pytest.mark.once

RETURNS = Chip(address="/sources/1", number=1, title="Returns", label="Source 1: Returns")


def test_the_marker_of_a_source_is_a_button_and_another_stays_text():
    html = render_cited("Thirty days [1][2].", {1: RETURNS})

    assert html == (
        '<p>Thirty days <button type="button" class="chip" data-source="/sources/1" aria-label="Source 1: Returns" '
        'title="Returns">1</button>[2].</p>'
    )


def test_code_and_what_stands_in_it_is_left_as_it_is():
    text = "Type `a[1]` here [1]\n\n```\nb[1]\n```"

    html = render_cited(text, {1: RETURNS})

    assert html.count("<button") == 1
    assert "<code>a[1]</code>" in html
    assert "b[1]" in html


def test_the_words_of_a_source_are_never_markup():
    chip = Chip(address='"><script>', number=1, title="<b>", label="'\"<i>")

    html = render_cited("Yes [1]", {1: chip})

    assert "<script>" not in html
    assert "<b>" not in html
    assert "<i>" not in html


def test_a_message_without_sources_is_rendered_as_ever():
    assert render_cited("**Hello** [1]", {}) == render_message("**Hello** [1]")
