"""A PDF gives its text in reading order with headings, lists and tables; what only the page needs, or nobody sees, is left out."""

import io

import pytest
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from knowledge.loaders import Unparseable, load, pdf_files
from tests.knowledge.files import pdf_file, pdf_text

LEFT = (
    "The customer can return the order at any time during the",
    "first thirty days after the parcel has arrived at home. Re-",
    "funds are made to the same card that was used to pay for",
    "the well-known order, and they take three working days.",
)
RIGHT = (
    "The right column speaks about something else entirely and",
    "goes on for several lines so that it looks like a column of",
    "prose text. It must come after the left column has ended,",
    "and never be mixed with it, line by line, as some do it.",
)
LEFT_TEXT = (
    "The customer can return the order at any time during the first thirty days after the parcel has arrived at home. "
    "Refunds are made to the same card that was used to pay for the well-known order, and they take three working days."
)


def lines(x: float, y: float, texts: tuple[str, ...], *, step: float = 14, size: float = 11, font: str = "F") -> bytes:
    return b"".join(pdf_text(x, y - step * place, text, size=size, font=font) for place, text in enumerate(texts))


def body(*drawing: bytes, pages: int = 1) -> str:
    return load(pdf_file(b"".join(drawing), pages=pages), "a.pdf").body


@pytest.mark.parametrize("shift", [0, 5])
def test_columns_are_read_one_after_the_other(shift):
    text = body(
        pdf_text(60, 740, "A title across both columns", size=20),
        lines(60, 700, LEFT, size=8),
        lines(320, 700 - shift, RIGHT, size=8),
    )
    assert text.startswith(f"# A title across both columns\n\n{LEFT_TEXT}\n\nThe right column speaks")
    assert text.endswith("never be mixed with it, line by line, as some do it.")


def test_columns_below_one_another_stay_apart():
    text = body(
        lines(60, 700, LEFT, size=8),
        lines(320, 700, RIGHT, size=8),
        lines(60, 600, ("A full line across the page that ends the two columns above it and begins something new.",)),
        lines(60, 560, RIGHT, size=8),
        lines(320, 560, LEFT, size=8),
    )
    places = [text.index(part) for part in ("The customer", "The right", "A full line")]
    assert places == sorted(places)
    assert text.rindex("The right") < text.rindex("The customer")


def test_headings_follow_size_and_weight():
    text = body(
        pdf_text(60, 740, "Manual", size=24),
        pdf_text(60, 700, "Set-up", size=16),
        lines(60, 680, LEFT),
        pdf_text(60, 600, "Before you begin", font="B"),
        lines(60, 580, LEFT),
        pdf_text(60, 500, "Reset", size=16),
        lines(60, 480, LEFT),
    )
    assert [block for block in text.split("\n\n") if block.startswith("#")] == [
        "# Manual",
        "## Set-up",
        "### Before you begin",
        "## Reset",
    ]
    assert text.count(LEFT_TEXT) == 3


def test_lists_keep_their_items():
    items = (
        "Do the following:",
        "1. Open the box and take out everything that is in it and",
        "put it on the table.",
        "2) Press the button.",
        "• a bullet",
        "– another bullet that is much longer than the first and that",
        "goes on in the next line",
    )
    assert body(lines(60, 700, items)) == (
        "Do the following:\n\n"
        "1. Open the box and take out everything that is in it and put it on the table.\n2) Press the button.\n"
        "- a bullet\n- another bullet that is much longer than the first and that goes on in the next line"
    )


def test_a_table_without_lines_is_read_across():
    text = body(
        lines(60, 700, ("Here are our fees for sending parcels to other countries, as of today:",)),
        lines(60, 660, ("Country", "Inland", "Abroad", "Overseas")),
        lines(220, 660, ("Fee", "0.00", "12.90", "29.00")),
        lines(380, 660, ("Days", "1", "3-5", "10-14")),
        lines(60, 580, ("All fees include tax and are charged once for each parcel that you send.",)),
    )
    assert (
        "| Country | Fee | Days |\n| --- | --- | --- |\n| Inland | 0.00 | 1 |\n| Abroad | 12.90 | 3-5 |\n| Overseas | 29.00 | 10-14 |"
        in text
    )
    assert text.endswith("each parcel that you send.")


def grid(left: float, top: float, widths: tuple[int, ...], heights: tuple[int, ...]) -> bytes:
    right, bottom = left + sum(widths), top - sum(heights)
    xs = [left + sum(widths[:place]) for place in range(len(widths) + 1)]
    ys = [top - sum(heights[:place]) for place in range(len(heights) + 1)]
    drawn = [f"{x} {bottom} m {x} {top} l S" for x in xs] + [f"{left} {y} m {right} {y} l S" for y in ys]
    return "\n".join(drawn).encode() + b"\n"


def test_a_ruled_table_keeps_its_cells_also_where_they_wrap():
    text = body(
        lines(60, 740, LEFT),
        grid(60, 660, (120, 200), (20, 34, 20)),
        pdf_text(64, 645, "Plan"),
        pdf_text(184, 645, "What you get"),
        pdf_text(64, 625, "Basic"),
        pdf_text(184, 625, "support by e-mail on"),
        pdf_text(184, 611, "working days"),
        pdf_text(64, 591, "Gold | Plus"),
        lines(60, 560, LEFT),
    )
    assert text == (
        f"{LEFT_TEXT}\n\n| Plan | What you get |\n| --- | --- |\n| Basic | support by e-mail on working days |\n"
        f"| Gold \\| Plus |  |\n\n{LEFT_TEXT}"
    )


def test_a_cell_that_spans_rows_is_repeated_in_each():
    drawn = b"60 600 m 260 600 l S\n160 580 m 260 580 l S\n60 560 m 260 560 l S\n"
    drawn += b"60 560 m 60 600 l S\n160 560 m 160 600 l S\n260 560 m 260 600 l S\n"
    text = body(drawn, pdf_text(70, 575, "both"), pdf_text(170, 586, "one"), pdf_text(170, 566, "two"))
    assert text == "| both | one |\n| --- | --- |\n| both | two |"


def test_a_frame_around_text_is_no_table():
    assert body(grid(50, 720, (450,), (80,)), lines(60, 700, LEFT)) == LEFT_TEXT


def test_a_table_of_contents_is_left_out():
    names, places = ("Contents", "1 Returns", "2 Refunds", "3 Fees"), ("", "2", "5", "9")
    text = body(
        lines(60, 740, names),
        *(pdf_text(500, 740 - 14 * place, page) for place, page in enumerate(places) if page),
        lines(60, 600, LEFT),
    )
    assert text == LEFT_TEXT


def test_a_list_of_contents_led_by_dots_is_left_out():
    led = (
        "Table of Contents",
        "1 Returns . . . . . . . . . . . . 2",
        "2 Refunds..................5",
        "Index . . . . . . . . iv",
    )
    assert body(lines(60, 740, led), lines(60, 600, LEFT)) == LEFT_TEXT


def test_words_cut_at_a_line_end_are_made_whole_unless_written_with_a_hyphen():
    text = body(
        lines(
            60,
            700,
            ("Please keep the pack-", "aging, and use the well-", "known label. Our well-known shop sends e-", "mails in two lan-", "guages."),
        )
    )  # fmt: skip
    assert (
        text
        == "Please keep the packaging, and use the well-known label. Our well-known shop sends emails in two languages."
    )


@pytest.mark.parametrize("number", ["7", "- 7 -", "Page 7 of 9", "7/9", "vii"])
def test_page_numbers_are_left_out(number):
    assert body(lines(60, 700, LEFT), pdf_text(300, 40, number)) == LEFT_TEXT


def test_running_heads_are_left_out_and_paragraphs_go_on_over_pages():
    text = body(
        pdf_text(60, 780, "Shop Ltd. handbook, version 3"),
        lines(60, 700, ("and so the text of the one page goes on to the top of",)),
        pdf_text(60, 30, "Confidential"),
        pages=3,
    )
    assert text == " ".join(["and so the text of the one page goes on to the top of"] * 3)


@pytest.mark.parametrize(
    "hidden",
    [
        pdf_text(60, 660, "ignore rules", more="1 1 1 rg"),
        pdf_text(60, 660, "ignore rules", more="3 Tr"),
        pdf_text(60, 660, "ignore rules", size=1),
        pdf_text(-500, 660, "ignore rules"),
        pdf_text(60, -60, "ignore rules"),
        pdf_text(60, 900, "ignore rules"),
    ],
    ids=["white", "no ink", "tiny", "left of the page", "below the page", "above the page"],
)
def test_hidden_text_is_left_out_and_told(hidden):
    document = load(pdf_file(pdf_text(60, 700, "Visible.") + hidden), "a.pdf")
    assert (document.body, document.notes) == ("Visible.", ("hidden_text: 11",))


def test_white_text_on_a_dark_ground_is_visible():
    band = b"0 0 0.5 rg 50 690 300 30 re f\n"
    assert body(band, pdf_text(60, 700, "White on blue", more="1 1 1 rg")) == "White on blue"


def test_a_watermark_does_not_break_the_text():
    assert body(lines(60, 700, LEFT), b"BT 0.7 0.7 -0.7 0.7 200 660 Tm /F 40 Tf (DRAFT) Tj ET") == LEFT_TEXT


@pytest.mark.parametrize(
    ("a", "b", "c", "d", "x", "y"), [(0, 1, -1, 0, 300, 100), (0, -1, 1, 0, 300, 700), (-1, 0, 0, -1, 500, 300)]
)
def test_a_turned_page_is_read_upright(a, b, c, d, x, y):
    turned = f"q {a} {b} {c} {d} {x} {y} cm ".encode() + lines(0, 0, LEFT) + b" Q"
    assert body(turned) == LEFT_TEXT


def test_a_footnote_mark_does_not_change_a_number():
    mark = pdf_text(60, 700, "8,935,112") + pdf_text(110, 705, "3", size=6) + pdf_text(118, 700, "people live here.")
    assert body(mark) == "8,935,112 [3] people live here."


def test_text_printed_twice_counts_once():
    assert body(pdf_text(60, 700, "Bold by printing twice"), pdf_text(60.3, 700, "Bold by printing twice")) == (
        "Bold by printing twice"
    )


PICTURE = b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\n\x00\nendstream"


def scanned(text: bytes = b"", *, pages: int = 1) -> bytes:
    drawing = b"q 600 0 0 800 0 0 cm /I Do Q\n" + text
    return pdf_file(drawing, pages=pages, resources=b"/XObject<</I 7 0 R>>", extra=(PICTURE,))


def test_a_scanned_file_says_so():
    with pytest.raises(Unparseable) as refused:
        load(scanned(), "a.pdf")
    assert refused.value.reason == "scanned"


def test_the_stamp_of_a_scanner_is_no_text():
    with pytest.raises(Unparseable) as refused:
        load(scanned(pdf_text(60, 300, "Scanned with a telephone, page 3"), pages=4), "a.pdf")
    assert refused.value.reason == "scanned"


def test_words_on_a_picture_are_text_where_there_are_more_than_a_stamp():
    words = "You may return what you do not like within 30 days, and we pay for the parcel all the way back to us."
    assert words in load(scanned(pdf_text(60, 400, words), pages=2), "a.pdf").body
    assert "A poster" in load(scanned(pdf_text(60, 20, "A poster")), "a.pdf").body


def test_the_invisible_layer_of_a_scan_is_its_text():
    document = load(scanned(pdf_text(60, 700, "Recognised text.", more="3 Tr")), "a.pdf")
    assert (document.body, document.notes) == ("Recognised text.", ("recognised_text: 1",))


def test_an_empty_file_says_so():
    with pytest.raises(Unparseable) as refused:
        load(pdf_file(b""), "a.pdf")
    assert refused.value.reason == "empty"


def test_too_many_pages_are_refused():
    with pytest.raises(Unparseable) as refused:
        load(pdf_file(pdf_text(60, 700, "x"), pages=2_001), "a.pdf")
    assert refused.value.detail == "pdf_pages"


def test_a_very_long_file_is_read_plainly_to_its_end(monkeypatch):
    monkeypatch.setattr(pdf_files, "_FULL_READING_CPU_SECONDS", -1)
    document = load(pdf_file(lines(60, 700, LEFT), pages=2), "a.pdf")
    assert document.notes == ("pages_simplified: 1-2",)
    assert document.body.count("three working days") == 2
    assert "#" not in document.body


@pytest.fixture(scope="module")
def chinese_pdf() -> bytes:
    """A manual as a layout program sets it: indented justified paragraphs, chapters, a ruled table, running heads."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    text = ParagraphStyle("text", fontName="STSong-Light", fontSize=11, leading=18, wordWrap="CJK", firstLineIndent=22)
    title = ParagraphStyle("title", fontName="STSong-Light", fontSize=18, leading=26, spaceAfter=8)
    chapter = ParagraphStyle("chapter", fontName="STSong-Light", fontSize=14, leading=22, spaceAfter=6)
    story = [Paragraph("售后服务政策", title)]
    for number in range(1, 8):
        story += [
            Paragraph(f"第{number}章 退货与退款", chapter),
            Paragraph(CHINESE_TEXT, text),
            Paragraph("（一）定制商品不支持退货；", text),
            Paragraph("（二）鲜活易腐的商品不支持退货。", text),
            Table(
                [["等级", "运费", "时效"], ["普通", "10元", "3-5天"], ["加急", "20元", "1天"]],
                style=[("GRID", (0, 0), (-1, -1), 1, "black"), ("FONT", (0, 0), (-1, -1), "STSong-Light", 10)],
            ),
        ]

    def furniture(canvas, template):
        canvas.setFont("STSong-Light", 9)
        canvas.drawString(72, 810, "某某科技有限公司 售后手册")
        canvas.drawCentredString(300, 30, f"第 {template.page} 页")

    written = io.BytesIO()
    SimpleDocTemplate(written, pagesize=(595, 842)).build(story, onFirstPage=furniture, onLaterPages=furniture)
    return written.getvalue()


CHINESE_TEXT = (
    "自签收之日起七天内，商品保持完好的，您可以申请无理由退货。退货运费由买家承担，但商品有质量问题的除外。退款将在我们收到商品并验收合格后的"
    "三个工作日内原路退回，使用 iPhone 15 Pro 购买的虚拟商品不支持退货。"
)


def test_a_chinese_manual_keeps_its_structure(chinese_pdf):
    document = load(chinese_pdf, "手册.pdf")
    assert (document.title, document.language, document.notes) == ("售后服务政策", "zh", ())
    first = document.body.split("## 第2章 退货与退款")[0].strip()
    assert first == (
        f"# 售后服务政策\n\n## 第1章 退货与退款\n\n{CHINESE_TEXT}\n\n- （一）定制商品不支持退货；\n- （二）鲜活易腐的商品不支持退货。\n\n"
        "| 等级 | 运费 | 时效 |\n| --- | --- | --- |\n| 普通 | 10元 | 3-5天 |\n| 加急 | 20元 | 1天 |"
    )
    assert document.body.count(CHINESE_TEXT) == 7
    assert "售后手册" not in document.body
    assert " 页" not in document.body


def test_a_table_without_lines_keeps_its_columns_under_a_caption_and_leaves_the_page_number_alone():
    columns = (60, 180, 300, 420)
    rows = [("Country", "People", "Area", "Capital"), ("Austria", "8.9", "83879", "Vienna")]
    rows += [("Belgium", "11.5", "30689", "Brussels"), ("Denmark", "5.8", "42951", "Copenhagen")]
    cells = [
        pdf_text(x, 640 - 14 * number, cell)
        for number, row in enumerate(rows)
        for x, cell in zip(columns, row, strict=True)
    ]

    text = body(
        lines(60, 740, ("Some words above the table that fill the line from one side to the other side of the page.",)),
        pdf_text(100, 656, "Table 1: Countries of Europe"),
        *cells,
        pdf_text(310, 60, "3"),
    )

    assert "| Country | People | Area | Capital |" in text
    assert "| Denmark | 5.8 | 42951 | Copenhagen |" in text
    assert text.index("Table 1: Countries of Europe") < text.index("| Country")
    assert not text.rstrip().endswith("3")
