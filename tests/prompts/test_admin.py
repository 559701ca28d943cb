"""What operators see and do: pages, form errors, decisions with a confirmation, and nothing for agents."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from csassist.audit.models import AuditEvent
from prompts import services
from prompts.models import Prompt, PromptVersion, VersionState

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.urls("tests.prompts.urls")]

TEXT = "Write in one line.\n{{history}}\n{{question}}\n"


@pytest.fixture
def prompt() -> Prompt:
    services.sync_defaults()
    return Prompt.objects.get(name="condense_question")


@pytest.fixture
def draft(prompt) -> PromptVersion:
    return services.draft_version(prompt=prompt, text=TEXT, note="Shorter")


@pytest.fixture
def browser(client: Client, cleo) -> Client:
    client.force_login(cleo)
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"admin:prompts_{name}", args=args)


def page(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    html = response.content.decode()
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", html)
    assert not re.search(r"\son[a-z]+=", html)
    return unescape(html)


def post(browser: Client, address: str, **fields: object) -> str:
    response = browser.post(address, fields, follow=True)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_the_list_says_which_version_is_used_and_what_waits(browser, draft):
    html = page(browser, url("prompt_changelist"))

    row = html[html.index("condense_question") :]
    assert re.search(r'field-published_number">1<.*?field-drafts">1<', row, re.DOTALL)


def test_a_prompt_shows_its_variables_and_versions_with_what_can_be_done(browser, prompt, draft):
    html = page(browser, url("prompt_change", prompt.pk))

    assert "{{history}}" in html
    assert "The last turns, oldest first" in html
    assert url("promptversion_publish", draft.pk) in html
    assert f"{url('promptversion_add')}?prompt={prompt.pk}" in html
    assert 'name="_save"' not in html


def test_a_new_version_begins_with_the_published_text(browser, prompt):
    html = page(browser, f"{url('promptversion_add')}?prompt={prompt.pk}")

    assert "Rewrite the customer's last message" in html
    assert "Variables you can use" in html


def test_a_new_version_can_begin_with_any_text(browser, prompt, draft):
    html = page(browser, f"{url('promptversion_add')}?based_on={draft.pk}")

    assert "Write in one line." in html


def test_a_new_version_is_saved_as_a_draft(browser, prompt, cleo):
    published = prompt.versions.get()
    address = f"{url('promptversion_add')}?prompt={prompt.pk}"

    post(browser, address, prompt=prompt.pk, text=TEXT, note="Shorter")

    version = prompt.versions.get(number=2)
    assert (version.text, version.note, version.state) == (TEXT, "Shorter", VersionState.DRAFT)
    assert (version.created_by, version.based_on) == (cleo, published)
    assert AuditEvent.objects.filter(action="prompt.version_drafted", actor_name="cleo").exists()


@pytest.mark.parametrize("place", ["add", "change"])
def test_saving_names_every_wrong_variable_beside_the_text(browser, prompt, draft, place):
    address = url("promptversion_add") if place == "add" else url("promptversion_change", draft.pk)
    wrong = "{{histroy}} {{Question}} AKIAIOSFODNN7EXAMPLE"

    html = post(browser, address, prompt=prompt.pk, text=wrong, note="")

    assert "This prompt has no variable called: histroy, Question." in html
    assert "The text must contain: {{history}}, {{question}}." in html
    assert "The text seems to hold a secret (AWS access key). Remove it." in html
    assert wrong in html
    draft.refresh_from_db()
    assert draft.text == TEXT
    assert prompt.versions.count() == 2


def test_a_draft_is_edited_in_place(browser, draft):
    post(browser, url("promptversion_change", draft.pk), text=f"Be brief. {TEXT}", note="Brief")

    draft.refresh_from_db()
    assert (draft.text, draft.note) == (f"Be brief. {TEXT}", "Brief")


def test_a_published_version_is_read_only_and_shows_its_preview(browser, prompt):
    version = prompt.versions.get()
    html = page(browser, url("promptversion_change", version.pk))

    assert "<textarea" not in html
    assert "Does the Latch Pro work without Wi-Fi?" in html
    refused = browser.post(url("promptversion_change", version.pk), {"text": TEXT, "note": ""})
    assert refused.status_code == 403
    assert prompt.versions.get().text == version.text


def test_publishing_shows_the_difference_and_asks_first(browser, prompt, draft):
    address = url("promptversion_publish", draft.pk)
    html = page(browser, address)

    assert re.search(r'<tr class="added">.*?Write in one line\.', html, re.DOTALL)
    assert re.search(r'<tr class="removed">.*?Rewrite the customer\'s last message', html, re.DOTALL)
    assert "Publish for all answers" in html
    assert prompt.versions.published().get().number == 1

    html = post(browser, address, instead_of_number=1)
    assert "Version 2 of “Make a follow-up question stand alone” is now used for all answers." in html
    assert prompt.versions.published().get() == draft


def test_publishing_after_somebody_else_did_is_refused_with_the_reason(browser, prompt, draft):
    services.publish(version=services.draft_version(prompt=prompt, text=f"Other. {TEXT}"))

    html = post(browser, url("promptversion_publish", draft.pk), instead_of_number=1)

    assert "Version 3 was published in the meantime." in html
    draft.refresh_from_db()
    assert draft.state == VersionState.DRAFT


@pytest.mark.parametrize("number", ["one", "-1", "", "9" * 40])
def test_a_number_that_is_none_publishes_nothing(browser, prompt, draft, number):
    post(browser, url("promptversion_publish", draft.pk), instead_of_number=number)

    assert prompt.versions.published().get().number == 1


def test_going_back_publishes_a_copy(browser, prompt, draft):
    services.publish(version=draft)
    first = prompt.versions.get(number=1)
    address = url("promptversion_roll_back", first.pk)

    assert "Publish this text again" in page(browser, address)
    assert prompt.versions.count() == 2
    post(browser, address, instead_of_number=2)

    published = prompt.versions.published().get()
    assert (published.number, published.text, published.note) == (3, first.text, "Back to version 1.")


def test_the_difference_page_decides_nothing(browser, prompt, draft):
    address = url("promptversion_difference", draft.pk)

    assert 'name="instead_of_number"' not in page(browser, address)
    browser.post(address)
    assert prompt.versions.published().get().number == 1


def test_only_a_draft_can_be_deleted(browser, prompt, draft):
    assert (
        browser.post(url("promptversion_delete", prompt.versions.get(number=1).pk), {"post": "yes"}).status_code == 403
    )
    post(browser, url("promptversion_delete", draft.pk), post="yes")

    assert list(prompt.versions.values_list("number", flat=True)) == [1]
    assert AuditEvent.objects.filter(action="prompt.draft_discarded").exists()


def test_prompts_cannot_be_added_changed_or_deleted(browser, prompt):
    assert browser.get(url("prompt_add")).status_code == 403
    assert browser.post(url("prompt_change", prompt.pk), {"title": "x"}).status_code == 403
    assert browser.post(url("prompt_delete", prompt.pk), {"post": "yes"}).status_code == 403


def test_the_versions_list_filters_and_offers_no_bulk_delete(browser, prompt, draft):
    html = page(browser, f"{url('promptversion_changelist')}?prompt__id__exact={prompt.pk}")

    assert "Make a follow-up question stand alone 2" in html
    assert "delete_selected" not in html


@pytest.mark.parametrize(
    "name",
    [
        "prompt_change",
        "promptversion_change",
        "promptversion_publish",
        "promptversion_roll_back",
        "promptversion_difference",
    ],
)
def test_an_agent_sees_and_decides_nothing(client, ben, prompt, draft, name):
    client.force_login(ben)
    address = url(name, prompt.pk if name == "prompt_change" else draft.pk)

    assert client.get(address).status_code == 403
    assert client.post(address, {"instead_of_number": 1}).status_code == 403
    assert client.get(url("prompt_changelist")).status_code == 403
    assert prompt.versions.published().get().number == 1


def test_a_page_of_nothing_is_not_found(browser, prompt):
    assert browser.get(url("promptversion_publish", 10_000)).status_code == 404
    assert browser.get(url("prompt_change", "abc")).status_code == 302


def test_the_pages_speak_chinese(browser, prompt, draft, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    for name, pk in (("prompt_change", prompt.pk), ("promptversion_publish", draft.pk)):
        assert page(browser, url(name, pk))
