"""A hostile file ends as a short reason and harms nothing; a good one comes back whole from the child process."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.utils import translation

from knowledge import parse_child
from knowledge.loaders.document import ParsedDocument, QaRow
from knowledge.parse_reasons import explain_failure, explain_note
from knowledge.parsing import ParseFailed, ParseLimits, parse_safely
from tests.knowledge.files import pdf_file, pdf_text, word_file

REPOSITORY = Path(__file__).resolve().parents[2]

# Quadratic in libxml2: minutes of processor time from three megabytes.
SPINNING_PAGE = b"<html><body><p " + b" ".join(b"a%d=1" % number for number in range(300_000)) + b">x</p></body></html>"


def failure(content: bytes, filename: str, limits: ParseLimits | None = None) -> ParseFailed:
    with pytest.raises(ParseFailed) as failed:
        parse_safely(content, filename, limits=limits)
    assert failed.value.message
    assert "Traceback" not in failed.value.message
    return failed.value


def test_returns_what_a_good_file_holds():
    text = "---\ntitle: 退货\nquestions: [怎么退货？]\n---\n# 退货政策\n\n七天内可退。"
    assert parse_safely(text.encode(), "a.md") == ParsedDocument(
        kind="article",
        title="退货",
        body="# 退货政策\n\n七天内可退。",
        language="zh",
        metadata={"title": "退货", "questions": ["怎么退货？"]},
    )


def test_returns_rows_with_their_aliases():
    document = parse_safely("问题,答案,别名\n怎么退货？,七天内。,退货吗；退款".encode(), "a.csv")
    assert document.rows == (QaRow("怎么退货？", "七天内。", ("退货吗", "退款")),)


@pytest.mark.parametrize(
    "name", ["a.md", "../../etc/a.md", "-I.md", "名字 with 'quotes'\n.md", "\udcff.md", "a\x00.md"]
)
def test_a_strange_name_is_only_a_name(name):
    assert parse_safely(b"# Title\n\ntext", name).title == "Title"


@pytest.mark.parametrize(
    ("filename", "content", "reason"),
    [
        ("a.exe", b"MZ", "unsupported_type"),
        ("a", b"text", "unsupported_type"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unsupported_type"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("a.md", b"MZ\x90\x00", "unsupported_type"),
        ("a.md", b" \n", "empty"),
        ("a.txt", b"\x00\x01\x02\x03" * 100, "malformed"),
        ("a.pdf", b"%PDF-1.7 nothing more", "malformed"),
        ("a.docx", b"PK\x03\x04 nothing more", "malformed"),
        ("a.csv", b"one,two\n1,2", "malformed"),
        ("a.md", b"a" * (20 * 1024 * 1024 + 1), "too_large"),
        ("a.md", b"a bc\n" * 1_100_000, "too_large"),
    ],
)
def test_refuses_with_a_reason(filename, content, reason):
    assert failure(content, filename).reason == reason


def test_names_the_line_or_columns_to_mend():
    assert "one, two" in failure(b"one,two\n1,2", "a.csv").message
    assert "2" in failure(b'{"question": "a", "answer": "b"}\n{"question": "a"}', "a.jsonl").message


def test_a_truncated_pdf_is_named_damaged():
    whole = pdf_file(b"".join(pdf_text(72, 700 - line, f"Line {line} of the text") for line in range(0, 400, 12)))
    for share in (0.2, 0.6, 0.97):
        assert failure(whole[: int(len(whole) * share)], "a.pdf").reason == "malformed"


def test_processor_time_is_bounded():
    started = time.monotonic()
    assert failure(SPINNING_PAGE, "a.html", ParseLimits(cpu_seconds=1)).reason == "timeout"
    assert time.monotonic() - started < 15


def test_wall_time_is_bounded_and_nothing_is_left_running():
    before = children()  # a server that other tests share
    started = time.monotonic()
    assert failure(SPINNING_PAGE, "a.html", ParseLimits(wall_seconds=1)).reason == "timeout"
    assert time.monotonic() - started < 5
    assert children() == before


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        ("a.pdf", pdf_file(b" " * 600_000_000)),
        ("a.pdf", pdf_file(b"BT /F 12 Tf 72 700 Td " + b"(Hello world) Tj " * 1_000_000 + b"ET")),
        ("a.html", b"<p>a</p>" * 1_500_000),
    ],
    ids=["unfolding stream", "a million words on one place", "a million paragraphs"],
)
def test_memory_is_bounded(filename, content):
    assert failure(content, filename, ParseLimits(memory_bytes=300 * 1024 * 1024)).reason == "out_of_memory"


def test_an_answer_that_grows_too_long_is_refused():
    assert failure(b"word " * 50_000, "a.md", ParseLimits(output_bytes=50_000)).reason == "too_large"


def test_a_killed_child_is_a_crash_and_saw_no_secrets(monkeypatch):
    monkeypatch.setenv("CSASSIST_LLM_API_KEY", "secret-value")
    seen: list[bytes] = []

    def kill() -> None:
        for _attempt in range(400):
            for child in children():
                command = Path(f"/proc/{child}/cmdline").read_bytes()
                if b"parse_child" in command:
                    seen.append(Path(f"/proc/{child}/environ").read_bytes())
                    os.kill(child, signal.SIGKILL)
                    return
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    assert failure(SPINNING_PAGE, "a.html").reason == "crashed"
    killer.join()
    assert b"secret-value" not in seen[0]


def test_the_child_may_open_no_socket_and_start_no_program():
    for event in ("socket.connect", "socket.__new__", "subprocess.Popen", "os.system", "os.exec"):
        with pytest.raises(PermissionError):
            parse_child._refuse(event, ())
    parse_child._refuse("open", ())


def test_the_child_has_no_network_where_the_kernel_lets_it_leave():
    code = (
        "import ctypes; from pathlib import Path; from knowledge import parse_child; parse_child._leave_network();"
        "print([line.split(':')[0].strip() for line in Path('/proc/self/net/dev').read_text().splitlines()[2:]])"
    )
    probe = [sys.executable, "-c", "import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(0x50000000) != 0)"]
    if subprocess.run(probe, check=False).returncode != 0:
        pytest.skip("this kernel forbids network namespaces")
    answer = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() in {"['lo']", "[]"}


def children() -> list[int]:
    """The child processes of this one, as the kernel lists them."""
    listed = (task / "children" for task in Path("/proc/self/task").iterdir())
    return [int(number) for tasks in listed for number in tasks.read_text().split()]


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (word_file("<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 60_000), "archive_bomb"),
        (word_file(parts={"word/big.xml": b"a" * (51 * 1024 * 1024)}), "archive_bomb"),
        (word_file(parts={f"word/{number}.xml": b"a" for number in range(2_001)}), "archive_bomb"),
        (word_file(parts={"word/a.zip": b"PK\x03\x04"}), "embedded_program"),
        (word_file(parts={"word/media/a.png": b"PK\x03\x04 a zip by its first bytes"}), "embedded_program"),
        (word_file(parts={"word/embeddings/oleObject1.bin": b"x"}), "embedded_program"),
        (word_file(parts={"word/vbaProject.bin": b"x"}), "macros"),
        (word_file(main_type="application/vnd.ms-word.document.macroEnabled.main+xml"), "macros"),
        (word_file(parts={"../a.xml": b"x"}), "archive"),
        (word_file(parts={"/a.xml": b"x"}), "archive"),
        (
            word_file(main_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
            "content_differs",
        ),
    ],
)
def test_a_word_archive_is_checked_before_it_is_opened(content, detail):
    assert failure(content, "a.docx").extra["detail"] == detail


def test_reasons_and_notes_are_sentences_in_the_readers_language():
    with translation.override("en"):
        assert explain_failure("malformed", "json_line", {"line": 7}) == "Line 7 is not a JSON object."
        assert ".docx" in explain_failure("unsupported_type", "extension", {"extension": ".exe"})
        assert explain_failure("unsupported_type", "extension", {"extension": "{0.x}"})
        assert explain_failure("too_large", "file_bytes") == "This file is larger than … MB."
        assert explain_note("pages_without_text: 3-5") == "Pages 3-5 contain no text: scanned?"
        assert explain_note("something new") == "something new"
