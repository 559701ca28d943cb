"""What staff and the assistant keep among themselves is nowhere in what a customer can ask for: every route is walked."""

import json

import pytest

from csassist.accounts.models import Team
from csassist.assistant import runs
from csassist.assistant.agent_acts import agent_reply
from csassist.assistant.answering import answer
from csassist.assistant.drafts import approve_draft, edit_draft, reject_draft
from csassist.assistant.models import AutonomyRule, Draft
from csassist.conversations.models import Author, Note, PersonRequest
from csassist.conversations.services import Written, assign, note_looking, set_tags, take, write_note
from csassist.conversations.services.ownership import Owner
from tests.assistant.scripted import SENTENCES, ask, work
from tests.conversations.conftest import visitor_client
from tests.rest.routes import API, ROWS, api_routes, methods_of

WORDING = "EDITED-BY-A-PERSON in other words. [1]"
# Words that stand in what is kept inside, and nowhere else.
INSIDE = {
    "the draft": SENTENCES[0],
    "the edited draft": "EDITED-BY-A-PERSON",
    "a note": "NOTE-FOR-STAFF",
    "a rejection": "REJECTED-BECAUSE",
    "a tag": "TAG-OF-STAFF",
    "the packet": "answer_goal",
    "a fact of the packet": "order_number",
    "a team": "TEAM-OF-STAFF",
    "a user name": "ben-the-user",
    "a colleague's address": "ben@staff.example",
    "why it waits": "why_held",
}
READ = [route for route, view in api_routes().items() if not ROWS.get(route) or not ROWS[route].staff]


@pytest.fixture(autouse=True)
def no_rate_limits(settings):
    settings.CSASSIST_ADDRESS_MESSAGES_PER_MINUTE = settings.CSASSIST_VISITOR_MESSAGES_PER_MINUTE = 10_000


@pytest.fixture
def agent(ben):
    ben.username, ben.email = "ben-the-user", "ben@staff.example"
    ben.save()
    return ben


@pytest.fixture
def held(script, talk, agent):
    """A conversation with all that staff can add to one: drafts of every sort, notes, tags, a hand-off, a team."""
    ask(talk, "Order AB-12345 is late. Let me talk to a human.")
    work(talk)
    team = Team.objects.create(name="TEAM-OF-STAFF")
    assign(conversation=talk, to=Owner(team=team, is_queue=True), by=agent)
    take(conversation=talk, agent=agent)
    agent_reply(conversation=talk, agent=agent, written=Written(text="One moment, please."))
    ask(talk)
    work(talk)
    reject_draft(
        draft=Draft.objects.waiting().get(), by=agent, version=1, reason="wrong", comment="REJECTED-BECAUSE it is wrong"
    )
    ask(talk, "Hello? How long can I return it?")
    work(talk)
    edit_draft(draft=Draft.objects.waiting().get(), by=agent, version=1, text=WORDING)
    write_note(conversation=talk, author=agent, text="NOTE-FOR-STAFF @ben-the-user", client_key="note-key")
    set_tags(conversation=talk, names=["TAG-OF-STAFF"], by=agent)
    note_looking(conversation=talk, user=agent, is_writing=True)
    return talk


def inner_ids(conversation):
    """Public ids of what is kept inside, and of what a customer may name."""
    drafts = list(Draft.objects.all())
    cited = [one["public_id"] for draft in drafts for one in draft.citations]
    return {
        *(str(one.public_id) for one in (*drafts, *Note.objects.all(), *PersonRequest.objects.all())),
        *(str(run.public_id) for run in conversation.runs.all()),
        *(str(episode.public_id) for episode in conversation.episodes.all()),
        *map(str, cited),
    }


def everything(client, conversation):
    """Whatever each route of customers answers, asked with an id of each sort; with the events that a stream gives."""
    answers = conversation.messages.exclude(author=Author.CUSTOMER).values_list("public_id", flat=True)
    ids = [str(one) for one in (conversation.public_id, Draft.objects.latest("pk").public_id, answers.last())]
    told = {"events": json.dumps(list(conversation.events.values_list("type", "payload")), ensure_ascii=False)}
    for route in READ:
        if route in {"conversations/<uuid:public_id>/events", "ask"}:
            continue  # the one is above, the other waits for an answer
        paths = [route.replace("<uuid:public_id>", one) for one in ids] if "<" in route else [route]
        for path in paths:
            for method in methods_of(api_routes()[route]):
                body = {"client_key": "note-key", "text": "thanks", "message": ids[-1], "rating": "up", "score": 5}
                response = client.generic(method, f"/{API}{path}", json.dumps(body), content_type="application/json")
                told[f"{method} {path}"] = response.content.decode()
    for page in ("/", f"/c/{conversation.public_id}"):
        told[page] = client.get(page).content.decode()
    return told


def test_the_walk_knows_every_route_that_customers_may_use():
    assert "conversations/<uuid:public_id>/messages" in READ
    assert "citations/<uuid:public_id>" in READ
    assert not [route for route in READ if route.startswith("staff/")]
    assert len(READ) >= 13


@pytest.mark.django_db
def test_nothing_kept_inside_is_anywhere_in_what_a_customer_can_ask_for(held, ana):
    assert Draft.objects.filter(state="edited").exists()
    assert Draft.objects.filter(state="rejected").exists()
    told = everything(visitor_client(ana), held)
    assert "One moment, please." in "".join(told.values()), "the walk sees what is for the customer"
    found = {(what, where) for what, words in INSIDE.items() for where, body in told.items() if words in body}
    assert found == set()


@pytest.mark.django_db
def test_the_ids_of_what_is_kept_inside_open_nothing(held, ana):
    client = visitor_client(ana)
    for one in inner_ids(held):
        for route in ("conversations/{}", "conversations/{}/messages", "citations/{}", "attachments/{}", "surveys/{}"):
            assert client.get(f"/{API}{route.format(one)}").status_code == 404


@pytest.mark.django_db
def test_staff_do_see_the_draft_and_the_note(held, client, agent):
    client.force_login(agent)
    drafts = client.get(f"/{API}staff/drafts").json()["results"]
    assert [draft["edited_text"] for draft in drafts] == [WORDING]
    notes = client.get(f"/{API}staff/conversations/{held.public_id}/notes").json()["results"]
    assert notes[0]["text"].startswith("NOTE-FOR-STAFF")


@pytest.mark.django_db
def test_a_waiting_draft_is_no_unread_answer_and_an_approved_one_is(script, talk, ana, agent):
    AutonomyRule.objects.create(level="approve")
    client = visitor_client(ana)
    ask(talk)
    work(talk)
    assert client.get(f"/{API}conversations/unread").json()["unread"] == 0
    assert SENTENCES[0] not in client.get(f"/{API}conversations/{talk.public_id}/messages").content.decode()
    approve_draft(draft=Draft.objects.get(), by=agent, version=1)
    assert client.get(f"/{API}conversations/unread").json()["unread"] == 1
    assert SENTENCES[0] in client.get(f"/{API}conversations/{talk.public_id}/messages").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("level", ["approve", "suggest", "off"])
def test_no_sentence_is_shown_before_it_is_let_out_not_even_as_an_event(script, talk, level):
    AutonomyRule.objects.create(level=level)
    seen = []
    script.before = lambda place: seen.append(list(talk.events.values_list("type", flat=True)))
    ask(talk)
    work(talk)
    types = list(talk.events.order_by("seq").values_list("type", flat=True))
    assert "sentence" not in types
    assert "done" in types
    assert SENTENCES[0] not in json.dumps(list(talk.events.values_list("payload", flat=True)))


@pytest.mark.django_db
def test_a_new_question_does_not_read_what_was_kept_inside(held, script):
    """Neither notes nor drafts that were never sent are told to the model as what was said."""
    ask(held, "And who pays?")
    work(held)
    told = str(script.turns[-1])
    assert "One moment, please." in told
    assert not [words for words in INSIDE.values() if words in told]


@pytest.mark.django_db(transaction=True)
def test_a_program_that_waits_for_its_answer_gets_none_while_a_person_looks_at_it(script, talk, ana, monkeypatch):
    AutonomyRule.objects.create(level="approve")
    monkeypatch.setattr(runs, "kick", answer)
    body = {"question": "How long can I return it?", "conversation": str(talk.public_id)}
    response = visitor_client(ana).post(f"/{API}ask", body, format="json")
    assert response.status_code == 200
    told = response.json()
    assert (told["message"], told["outcome"], told["reason"]) == (None, None, None)
    assert Draft.objects.waiting().count() == 1
    assert not talk.messages.filter(author=Author.ASSISTANT).exists()
