"""An article with a page of its own: levels, anchors, and that nothing else gets an id."""

import json
import re

import pytest

from csassist.core.json_types import JSONObject
from csassist.core.rendering import anchor_of, linked_data, render_page


def test_the_topmost_headings_are_h2_whatever_the_text_begins_with():
    for marks in ("#", "##", "####"):
        page = render_page(f"{marks} One\n\n{marks}# Two")

        assert [(heading.text, heading.level) for heading in page.headings] == [("One", 2), ("Two", 3)]
        assert page.html == '<h2 id="s-one">One</h2>\n<h3 id="s-two">Two</h3>'


def test_every_heading_has_an_anchor_of_its_own():
    page = render_page("# A\n\n# A 2\n\n# A\n\n# 退货 **期限**\n\n# !!!")

    anchors = [heading.anchor for heading in page.headings]
    assert anchors == ["s-a", "s-a-2", "s-a-3", "s-退货-期限", "s-part"]
    assert all(f'id="{anchor}"' in page.html for anchor in anchors)
    assert anchor_of("A") == anchors[0]


@pytest.mark.parametrize(
    "markdown", ['<h2 id="frame">x</h2>', '# x" onclick="y', "<a id=log>x</a>", '# <b id="s-x">x</b>', "> # frame"]
)
def test_no_text_chooses_an_id_or_an_attribute(markdown: str):
    attributes = [found for tag in re.findall(r"<[^>]+>", render_page(markdown).html) for found in tag.split()[1:]]

    assert all(one.startswith('id="s-') for one in attributes), attributes


def test_too_much_work_is_shown_as_typed():
    page = render_page("# heading\n\n" + "*" * 10_000)

    assert page.headings == ()
    assert page.html.startswith("<p># heading</p>")


def test_linked_data_cannot_end_its_own_element():
    facts: JSONObject = {"name": "</script><script>alert(1)</script><!-- & \u2028"}

    html = linked_data(facts)

    inside = html.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert "<" not in inside
    assert json.loads(inside)["name"] == facts["name"]
