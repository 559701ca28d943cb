"""Show 2: files of every kind are uploaded in the admin, live within two minutes, and cited on the chat page."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.chat import ask, open_chat
from tests.browser.conftest import OpenPage, Tell
from tests.browser.site import ROOT, Site

LIVE_SECONDS = 120
READ_MILLISECONDS = 180_000  # the worker may be busy with a thousand rows first
UPLOADS = ROOT / "csassist" / "demo" / "uploads"
# The beginning of a document's title, a question, words of the answer.
QUESTIONS = [
    ("Heron doorbell: rental terms", "What does renting a Heron doorbell cost a month?", "£7.40"),
    ("Osprey garden gate: care", "How often should I oil the motor of the Osprey garden gate?", "18 weeks"),
    ("Wren Base: service until 2027", "When does remote control of the Wren Base end?", "31 December 2027"),
    ("Wren Socket: guide for owners", "How do I pair a Wren Socket again?", "7 seconds"),
    ("spare", "What does spare part WX-0421 cost?", "WX-0421"),
]


def upload(page: Page, site: Site, paths: list[Path]) -> str:
    """The address of the page that shows how far these files are."""
    page.goto(f"{site.url}/admin/knowledge/document/upload/")
    page.locator("#id_collection").select_option(label="Help articles")
    page.locator("#id_files").set_input_files(paths)
    page.locator("#id_publish_when_read").check()
    page.locator(".submit-row [type=submit]").click()
    page.wait_for_url("**/admin/knowledge/source/*/change/")
    return page.url


def test_files_of_five_kinds_are_live_within_two_minutes_and_cited(
    indexed_site: Site, open_page: OpenPage, tell: Tell, tmp_path: Path
):
    staff = open_page(user="cleo")
    paths = [
        files.make_pdf(tmp_path),
        files.make_word(tmp_path),
        UPLOADS / "wren-base-help.html",
        UPLOADS / "wren-socket-guide.md",
        files.make_questions(tmp_path),
    ]
    began = time.monotonic()
    upload(staff, indexed_site, paths)
    live = staff.locator("#content tbody tr", has=staff.locator(".badge-good", has_text="Live"))
    expect(live).to_have_count(len(paths), timeout=LIVE_SECONDS * 1_000)
    seconds = time.monotonic() - began
    tell(f"five files, {files.ROWS_COUNT} rows among them: live {seconds:.0f} s after the upload")
    assert seconds <= LIVE_SECONDS
    customer = open_page()
    for title, question, words in QUESTIONS:
        open_chat(customer, indexed_site.url)
        answer = ask(customer, question)
        assert any(shown.lower().startswith(title.lower()) for shown in answer.titles), (question, answer)
        assert words in answer.text, (question, answer)


def test_a_broken_file_says_why_and_can_be_read_again(running_site: Site, open_page: OpenPage, tmp_path: Path):
    page = open_page(user="cleo")
    upload(page, running_site, [files.make_broken_pdf(tmp_path)])
    page.locator("#content tbody tr .badge-danger", has_text="Could not be read").wait_for(timeout=READ_MILLISECONDS)
    page.locator("#content tbody tr th a").click()
    reason = page.locator(".document-state .badge-danger + .badge-detail")
    assert len(reason.inner_text()) > 10
    shown = reason.inner_text()
    page.get_by_role("button", name="Read file again").click()
    page.locator(".messagelist li").wait_for()
    page.locator(".document-state .badge-danger", has_text="Could not be read").wait_for(timeout=READ_MILLISECONDS)
    assert page.locator(".document-state .badge-danger + .badge-detail").inner_text() == shown
    page.goto(f"{running_site.url}/admin/knowledge/document/?file=failed")
    row = page.locator("#result_list tbody tr", has_text="broken-leaflet")
    assert shown in row.inner_text()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_agent_is_not_offered_to_upload_or_publish(running_site: Site, open_page: OpenPage, language: str):
    page = open_page(user="ben", language=language)
    page.goto(f"{running_site.url}/admin/knowledge/document/")
    assert page.locator(".object-tools a[href$='/upload/']").count() == 0
    page.locator("#result_list tbody th a").first.click()
    assert page.locator("form[action*='/publish/'], form[action*='/withdraw/']").count() == 0
