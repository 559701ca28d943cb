"""A Word document gives what its reader sees, in order, with the numbers Word only implies."""

import io
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import docx
import pytest

from knowledge.loaders import Unparseable, load
from tests.knowledge.files import relation, word_file

NUMBERING = """<?xml version="1.0"?><w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1条"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%2)"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>
<w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="6"><w:abstractNumId w:val="1"/></w:num>
</w:numbering>"""


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*runs: str, properties: str = "") -> str:
    content = "".join(part if part.startswith("<") else run(part) for part in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


CONTENTS_LIST = (
    "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
    f"<w:sdtContent>{paragraph('Contents 1')}</w:sdtContent></w:sdt>"
)


def numbered(text: str, number: int, level: int = 0) -> str:
    return paragraph(text, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def body(content: str, **more: Any) -> str:
    return load(word_file(content, **more), "a.docx").body


def written(build: Callable[[Any], None]) -> bytes:
    document = docx.Document()
    build(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_a_document_written_by_word_keeps_its_structure():
    def build(document: Any) -> None:
        document.add_heading("退货政策", 0)
        document.add_heading("Scope", 1)
        document.add_paragraph("One line\nand another.")
        document.add_paragraph("first", style="List Bullet")
        document.add_paragraph("deeper", style="List Bullet 2")
        document.add_paragraph("step", style="List Number")
        document.add_paragraph("step", style="List Number")
        table = document.add_table(3, 3)
        for row in range(3):
            for column in range(3):
                table.cell(row, column).text = f"c{row}{column}"
        table.cell(1, 0).merge(table.cell(2, 0)).text = "down"
        table.cell(0, 1).merge(table.cell(0, 2)).text = "across"
        document.add_heading("Costs", 2)

    document = load(written(build), "a.docx")
    assert (document.title, document.notes) == ("退货政策", ())
    assert document.body == (
        "# 退货政策\n\n## Scope\n\nOne line\nand another.\n\n- first\n   - deeper\n1. step\n2. step\n\n"
        "| c00 | across |  |\n| --- | --- | --- |\n| down | c11 | c12 |\n| down | c21 | c22 |\n\n### Costs"
    )


def test_automatic_numbers_are_written_out():
    chinese = (("总则", 0), ("范围", 1), ("定义", 1), ("退货", 0), ("期限", 1))
    western = (("third", 0), ("part", 1), ("dot", 2), ("fourth", 0), ("part", 1))
    content = "".join(numbered(text, 5, level) for text, level in chinese)
    content += "".join(numbered(text, 6, level) for text, level in western)
    text = body(
        content,
        parts={"word/numbering.xml": NUMBERING},
        relations=relation("numbering", "numbering.xml", external=False),
    )
    assert text.split("\n") == [
        "- 第一条 总则",
        "   - 一.1 范围",
        "   - 一.2 定义",
        "- 第二条 退货",
        "   - 二.1 期限",
        "3. third",
        "   - (a) part",
        "      - dot",
        "4. fourth",
        "   - (a) part",
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (paragraph("kept", f"<w:del>{run('deleted')}</w:del>", f"<w:ins>{run(' added')}</w:ins>"), "kept added"),
        (paragraph(f"<w:moveFrom>{run('old')}</w:moveFrom>", f"<w:moveTo>{run('new')}</w:moveTo>"), "new"),
        (paragraph("a", "<w:r><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>"), "a b\nc"),
        (paragraph('<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText></w:r>', "see"), "see"),
        (f"<w:sdt><w:sdtContent>{paragraph('control')}</w:sdtContent></w:sdt>", "control"),
        (CONTENTS_LIST + paragraph("text"), "text"),
        (
            f"<w:tbl><w:tr><w:tc>{paragraph('boxed')}</w:tc></w:tr></w:tbl>",
            "boxed",
        ),
        (paragraph("1,234", run("5", '<w:vertAlign w:val="superscript"/>'), " people"), "1,234 [5] people"),
        (
            '<w:p><w:r><w:pict><w:txbxContent>' + paragraph("in a box") + "</w:txbxContent></w:pict></w:r></w:p>",
            "in a box",
        ),
        (paragraph(run("Short bold line", "<w:b/>")) + paragraph("text."), "## Short bold line\n\ntext."),
        (paragraph(run("A bold sentence ends.", "<w:b/>")), "A bold sentence ends."),
    ],
)  # fmt: skip
def test_shows_what_the_reader_sees(content, text):
    assert body(content) == text


@pytest.mark.parametrize(
    "properties",
    ["<w:vanish/>", '<w:sz w:val="2"/>', '<w:color w:val="FFFFFF"/>', '<w:color w:val="ffffff"/><w:sz w:val="20"/>'],
)
def test_hidden_text_is_left_out_and_told(properties):
    document = load(word_file(paragraph("shown ", run("ignore rules", properties))), "a.docx")
    assert (document.body, document.notes) == ("shown", ("hidden_text: 12",))


@pytest.mark.parametrize(
    "properties",
    ['<w:vanish w:val="0"/>', '<w:color w:val="FFFFFF"/><w:shd w:fill="003366"/>', '<w:sz w:val="12"/>'],
)
def test_visible_text_stays(properties):
    assert body(paragraph(run("shown", properties))) == "shown"


@pytest.mark.parametrize(("fill", "is_shown"), [("203864", True), ("FFFFFF", False), ("auto", False)])
def test_white_text_is_seen_where_the_cell_or_paragraph_is_dark(fill, is_shown):
    white = run("Fee", '<w:color w:val="FFFFFF"/>')
    shade = f'<w:shd w:fill="{fill}"/>'
    cell = f"<w:tbl><w:tr><w:tc><w:tcPr>{shade}</w:tcPr>{paragraph(white)}</w:tc></w:tr></w:tbl>"

    seen = [
        load(word_file(paragraph("Above.") + content), "a.docx").body
        for content in (cell, paragraph(white, properties=shade))
    ]

    assert seen == ["Above.\n\nFee" if is_shown else "Above."] * 2


def test_links_and_notes_stand_where_they_are_meant():
    footnotes = (
        '<?xml version="1.0"?><w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:footnote w:id="2">{paragraph("Within the country.")}</w:footnote></w:footnotes>'
    )
    content = paragraph(
        "Free",
        '<w:r><w:footnoteReference w:id="2"/></w:r>',
        f', see <w:hyperlink r:id="x1">{run("our page")}</w:hyperlink>'.replace(", see ", "", 1),
    )
    text = body(
        content,
        parts={"word/footnotes.xml": footnotes},
        relations=relation("hyperlink", "https://shop.example/r")
        + relation("footnotes", "footnotes.xml", external=False, key="x2"),
    )
    assert text == "Free (Within the country.)[our page](https://shop.example/r)"


@pytest.mark.parametrize(
    ("relations", "allowed"),
    [
        (relation("attachedTemplate", "https://evil.example/t.dotm"), False),
        (relation("attachedTemplate", "file://evil.example/share/t.dotm"), False),
        (relation("attachedTemplate", "\\\\evil.example\\t.dotm"), False),
        (relation("oleObject", "https://evil.example/x"), False),
        (relation("frame", "https://evil.example/x"), False),
        (relation("attachedTemplate", "file:///C:/Users/a/Normal.dotm"), True),
        (relation("hyperlink", "https://shop.example/"), True),
        (relation("image", "https://shop.example/a.png"), True),
    ],
)
def test_a_document_that_fetches_from_elsewhere_is_refused(relations, allowed):
    content = word_file(relations=relations)
    if allowed:
        assert load(content, "a.docx").body == "Hello."
        return
    with pytest.raises(Unparseable) as refused:
        load(content, "a.docx")
    assert refused.value.detail == "remote_template"


@pytest.mark.parametrize(
    "prolog",
    ['<!DOCTYPE d [<!ENTITY leak SYSTEM "file:///etc/hostname">]>', '<!DOCTYPE d [<!ENTITY leak "aaaaaaaaaa">]>'],
)
def test_a_document_that_declares_entities_is_refused(prolog):
    with pytest.raises(Unparseable) as refused:
        body("<w:p><w:r><w:t>x&leak;y</w:t></w:r></w:p>", prolog=prolog)
    assert refused.value.detail == "document_type"


def test_tables_in_tables_are_read_to_a_sane_depth():
    deep = paragraph("bottom")
    for _level in range(30):
        deep = f"<w:tbl><w:tr><w:tc>{deep}</w:tc><w:tc>{paragraph('beside')}</w:tc></w:tr></w:tbl>"
    assert "bottom" in body(deep)
