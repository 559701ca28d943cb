"""The pages of practice without scripts: who may see what, the whole way through, and what is said when it fails."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from csassist.accounts.models import User
from csassist.assistant.models import PracticeScenario, PracticeSession
from csassist.assistant.practice import library, sessions
from knowledge import services
from knowledge.models import Collection, Document
from knowledge.services import Place, VersionText
from tests.assistant.practice.small import TEXT
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = "/console/practice/"
SignIn = Callable[[User], Client]


def page_of(session: PracticeSession, name: str = "practice_session") -> str:
    return reverse(name, args=[session.public_id])


@pytest.fixture
def browser(signed_in: SignIn, ben: User, no_indexes: None) -> Client:
    return signed_in(ben)


def test_a_stranger_signs_in_first(session: PracticeSession, client: Client):
    for address in (LIST, page_of(session), page_of(session, "practice_feedback"), f"{LIST}people/"):
        assert client.get(address).headers["Location"].startswith("/admin/login/")
    part = client.get(page_of(session), headers={"X-Part": "1"})
    assert part.status_code == 401
    assert "sign in again" in part.text


def test_another_agents_session_answers_as_one_that_never_was(session: PracticeSession, signed_in: SignIn):
    other = signed_in(UserFactory.create(username="eve"))
    for name in ("practice_session", "practice_feedback", "practice_search"):
        theirs, nobodys = other.get(page_of(session, name)), other.get(reverse(name, args=[uuid4()]))
        assert theirs.status_code == nobodys.status_code == 404
        assert _same(theirs.text) == _same(nobodys.text)
    assert other.post(page_of(session, "practice_act"), {"act": "end"}).status_code == 404


def test_a_supervisor_reads_feedback_and_takes_no_part(session: PracticeSession, signed_in: SignIn, cleo: User):
    sessions.say(session=session, text="Hello, the order number please?", version=0)
    supervisor = signed_in(cleo)
    assert supervisor.get(page_of(session, "practice_feedback")).status_code == 404
    sessions.end(session=session)

    assert "Feedback · ben" in " ".join(supervisor.get(page_of(session, "practice_feedback")).text.split())
    assert supervisor.get(page_of(session)).status_code == 404
    people = supervisor.get(f"{LIST}people/").text
    assert "ben" in people
    assert supervisor.get(f"{LIST}people/?who=nonsense").status_code == 200


def test_who_practised_is_for_supervisors(browser: Client):
    assert browser.get(f"{LIST}people/").status_code == 403
    assert "people/" not in browser.get(LIST).text


def test_the_list_shows_level_best_score_and_what_is_open(browser: Client, session: PracticeSession):
    page = browser.get(f"{LIST}?in=en").text
    assert "A kettle to send back" in page
    assert "Easy" in page
    assert "Continue" in page
    sessions.say(session=session, text="Hello, sorry. The order number please?", version=0)
    sessions.end(session=session)
    session.refresh_from_db()
    page = browser.get(f"{LIST}?in=en").text
    assert f"<strong>{session.score}</strong>" in page
    assert "Continue" not in page
    assert "LH-10203040" not in page, "what the customer tells only when asked"


def test_the_list_is_in_the_language_of_the_page_unless_asked(browser: Client, scenario: PracticeScenario):
    chinese = browser.get(f"{LIST}?lang=zh-hans")
    assert '<html lang="zh-Hans">' in chinese.text
    assert "A kettle to send back" not in chinese.text
    assert "A kettle to send back" in browser.get(f"{LIST}?in=all").text


def test_practising_works_without_scripts(browser: Client, scenario: PracticeScenario, returns: Document):
    here = browser.post(reverse("practice_start", args=[scenario.public_id])).headers["Location"]
    assert "My kettle leaks." in browser.get(here).text

    searched = browser.post(f"{here}act", {"act": "search", "q": "return", "text": "What I wrote", "version": "0"}).text
    assert "What I wrote" in searched
    assert "cannot be searched just now" in searched

    empty = browser.post(f"{here}act", {"act": "say", "text": " ", "version": "0"})
    assert empty.status_code == 400
    assert 'aria-invalid="true"' in empty.text

    cite = [str(returns.public_id), "nonsense"]
    texts = ("Hello, sorry. The order number, please?", "You have 30 days.", "We pay for it. Anything else?")
    for version, text in enumerate(texts):
        sent = browser.post(f"{here}act", {"act": "say", "text": text, "version": str(version), "cite": cite})
        assert sent.headers["Location"] == here
    feedback = browser.get(here)
    page = browser.get(feedback.headers["Location"]).text
    assert "Nearly everything that is looked for" in page
    assert "Stood firm: A refund today" in page
    assert reverse("practice_article", args=[returns.public_id]) in page


def test_an_old_tab_is_told_and_keeps_its_words(browser: Client, session: PracticeSession):
    act = page_of(session, "practice_act")
    browser.post(act, {"act": "say", "text": "Hello.", "version": "0"})
    late = browser.post(act, {"act": "say", "text": "My other words", "version": "0"})
    assert late.status_code == 409
    assert "My other words" in late.text
    assert "answered this line already" in late.text
    part = browser.post(act, {"act": "say", "text": "x", "version": "zero"}, headers={"X-Part": "1"})
    assert (part.status_code, part.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")


def test_a_part_holds_the_conversation_alone(browser: Client, session: PracticeSession):
    sent = {"act": "say", "text": "Hello <b>there</b>", "version": "0"}
    part = browser.post(page_of(session, "practice_act"), sent, headers={"X-Part": "1"}).text
    assert "<html" not in part
    assert 'name="version" value="1"' in part
    assert "Hello &lt;b&gt;there&lt;/b&gt;" in part


def test_nothing_said_gives_no_feedback_but_a_word(browser: Client, session: PracticeSession):
    ended = browser.post(page_of(session, "practice_act"), {"act": "end"})
    assert "ended before anything was said" in browser.get(ended.headers["Location"]).text


def test_a_second_session_is_compared_with_the_first(browser: Client, scenario: PracticeScenario, ben: User):
    for text in ("Wait.", "Hello, sorry. The order number, please? You have 30 days."):
        session = sessions.start(scenario=scenario, agent=ben)
        sessions.say(session=session, text=text, version=0)
        session = sessions.end(session=session)
    page = browser.get(page_of(session, "practice_feedback")).text
    assert "Compared with your earlier sessions" in page
    assert re.search(r"\+\d+ since last time", page)


def test_staff_articles_are_readable_here_and_marked(browser: Client, staff_shelf: Collection):
    text = VersionText(title="Goodwill", body="At most <script>5</script> vouchers.")
    document = services.create_document(place=Place(staff_shelf), text=text)
    address = reverse("practice_article", args=[document.public_id])
    assert browser.get(address).status_code == 404
    services.publish(version=document.versions.get())
    document.refresh_from_db()
    Document.objects.filter(pk=document.pk).update(live_version=document.published_version)
    page = browser.get(address).text
    assert "Internal: never shown to customers" in page
    assert "<script>5" not in page


def test_the_admin_imports_changes_and_exports(signed_in: SignIn, cleo: User, ben: User):
    admin, listed = signed_in(cleo), reverse("admin:assistant_practicescenario_changelist")
    add = reverse("admin:assistant_practicescenario_add")
    assert "scenario › level" in admin.post(add, {"text": TEXT.replace("level: 1", "level: 9")}).text
    assert admin.post(add, {"text": TEXT}).headers["Location"] == listed
    scenario = PracticeScenario.objects.get()
    change = reverse("admin:assistant_practicescenario_change", args=[scenario.pk])
    assert "My kettle leaks." in admin.get(change).text
    admin.post(change, {"text": TEXT.replace("My kettle leaks.", "My kettle is cold."), "is_active": "on"})
    scenario.refresh_from_db()
    assert scenario.definition["opening"].startswith("My kettle is cold.")
    exported = admin.post(listed, {"action": "export", "_selected_action": [scenario.pk]})
    assert library.import_scenarios(text=exported.text) == (0, 0)
    assert signed_in(ben).get(change).status_code == 403, "the script would give the case away"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_on_the_pages_needs_more_than_the_policy_allows(
    browser: Client, session: PracticeSession, language: str
):
    for address in (LIST, page_of(session)):
        page = browser.get(f"{address}?lang={language}")
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", page.text)
        assert page.headers["Cache-Control"].startswith("max-age=0")


def _same(page: str) -> str:
    return re.sub(r'csrf\w*" value="\w+|href="\?lang[^"]*', "", page)
