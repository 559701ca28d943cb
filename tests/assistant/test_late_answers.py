"""What was begun before a close says nothing after it."""

import pytest

from csassist.assistant.models import Draft
from csassist.conversations.services import close
from tests.assistant.scripted import ask, work
from tests.assistant.test_agent_acts import at, replies

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("place", [0, 1, 2])
def test_nothing_is_said_after_the_close_not_even_by_a_late_answer(script, talk, ben, place):
    script.before = at(place, lambda: close(conversation=talk, by=ben))
    ask(talk)
    (run,) = work(talk)
    assert run.state == "dropped"
    assert replies(talk) == []
    types = [event.type for event in talk.events.order_by("seq")]
    assert "survey" not in types, "nobody answered"
    assert types.index("closed") > types.index("message")
    assert not Draft.objects.exists()


def test_a_late_answer_of_the_matter_before_is_not_said_in_the_next(script, talk, ben):
    def close_and_go_on():
        close(conversation=talk, by=ben)
        ask(talk, "Something else: do you ship to Malta?")

    script.before = at(1, close_and_go_on)
    ask(talk)
    dropped, done = work(talk)
    assert (dropped.state, done.state) == ("dropped", "done")
    assert script.turns[-1].text == "Something else: do you ship to Malta?"
    assert script.turns[-1].history == ()
    assert len(replies(talk)) == 1


def test_a_thank_you_after_the_close_is_met_and_opens_nothing(script, talk, ben):
    ask(talk)
    work(talk)
    close(conversation=talk, by=ben)
    ask(talk, "Thank you!")
    work(talk)
    talk.refresh_from_db()
    assert (talk.status, talk.episodes.count(), talk.waiting_since) == ("closed", 1, None)
    assert replies(talk)[-1].startswith("You're welcome")
    assert work(talk) == []


# --- Asking for a draft, and help outside the chat ---
