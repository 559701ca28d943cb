"""A colleague is invited, and somebody forgot their password: from the mail that arrives to the page it opens."""

import re

import pytest
from playwright.sync_api import Page, expect

from csassist.demo.password import DEMO_PASSWORD
from tests.browser.conftest import SMALL, WIDE, OpenPage
from tests.browser.site import Site

PASSWORD = "a long password of my own"


def link_in_mail(admin: Page, site: Site, recipient: str, path: str) -> str:
    """The link to such a page in the newest mail to somebody, once the dispatcher has sent it."""
    rows = admin.locator("#result_list tbody th a")
    for _ in range(60):
        admin.goto(f"{site.url}/admin/delivery/storedmail/?q={recipient}")
        if rows.count():
            rows.first.click()
            address = admin.locator(".field-words a").first.get_attribute("href") or ""
            if path in address:  # cookies belong to one host name, and the tests call it by its number
                return site.url + address.removeprefix(f"http://localhost:{site.environment['CSASSIST_WEB_PORT']}")
        admin.wait_for_timeout(500)
    raise AssertionError("The mail did not arrive.")


def fits(page: Page, size: tuple[int, int]) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= size[0])


def type_and_go_on(page: Page, *texts: str) -> None:
    """Fill a form as a keyboard does: type, Tab, type, and Enter at the end."""
    for text in texts[:-1]:
        page.keyboard.insert_text(text)
        page.keyboard.press("Tab")
    page.keyboard.insert_text(texts[-1])
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("language", "size"), [("en", SMALL), ("zh", WIDE)], ids=["en-small", "zh-wide"])
def test_an_invited_colleague_comes_in_by_the_mail_and_gets_back_in_after_forgetting_the_password(
    running_site: Site, open_page: OpenPage, console_errors: list[str], language: str, size: tuple[int, int]
):
    admin, eva = open_page(user="dora"), open_page(language=language, size=size)
    address, username = f"eva-{language}@larkhouse.example", f"eva-{language}"
    admin.goto(f"{running_site.url}/admin/accounts/invitation/add/")
    admin.fill("[name=email]", address)
    admin.select_option("#id_language", language)
    admin.locator("[name=_save]").click()
    expect(admin.locator(".messagelist .success")).to_be_visible()

    link = link_in_mail(admin, running_site, address, "/staff/invitation/")
    eva.goto(link)
    assert fits(eva, size)
    expect(eva.locator("html")).to_have_attribute("lang", re.compile(language))
    expect(eva.locator("[name=username]")).to_be_focused()
    type_and_go_on(eva, username, "Eva", PASSWORD, PASSWORD)
    eva.wait_for_url("**/admin/")
    eva.locator("#user-tools a[href='/staff/notifications']").click()
    eva.locator("[name=kinds]").first.uncheck()
    eva.locator(".own-account [type=submit]").click()
    expect(eva.locator("[name=kinds]").first).not_to_be_checked()
    assert fits(eva, size)
    eva.goto(link)
    assert eva.locator("form#login-form").count() == 0
    console_errors.clear()  # the browser notes that the link is not found any more

    eva.goto(f"{running_site.url}/staff/password")
    assert fits(eva, size)
    eva.locator("#logout-form button").click()
    eva.goto(f"{running_site.url}/admin/login/")
    eva.locator(".password-reset-link a").click()
    expect(eva.locator("[name=email]")).to_be_focused()
    type_and_go_on(eva, address)
    eva.wait_for_url("**/staff/password/reset/asked")
    assert fits(eva, size)

    eva.goto(link_in_mail(admin, running_site, address, "/staff/password/reset/"))
    expect(eva.locator("[name=new_password1]")).to_be_focused()
    assert fits(eva, size)
    type_and_go_on(eva, DEMO_PASSWORD + " anew", DEMO_PASSWORD + " anew")
    eva.wait_for_url("**/admin/login/**")
    expect(eva.locator(".messagelist .success")).to_be_visible()
    eva.fill("[name=username]", username)
    eva.fill("[name=password]", DEMO_PASSWORD + " anew")
    eva.press("[name=password]", "Enter")
    eva.wait_for_url("**/admin/")
