"""Two at once, or a death in between: what one of them did is not undone, and nothing is left that nobody finishes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from csassist.accounts.models import User
from csassist.assistant import runs, services
from csassist.assistant.answering import answer
from csassist.assistant.models import AnswerRun
from csassist.conversations.events import ReplyToPost
from csassist.conversations.models import Author, Conversation, Message
from csassist.conversations.services import ask_for_person, mark_done, post_reply
from knowledge import services as knowledge_services
from knowledge.going_live import make_live
from knowledge.models import Collection, Document
from knowledge.services import Place, VersionText
from tests.assistant.conftest import conversation, no_indexes

__all__ = ["conversation", "no_indexes"]

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "How long can I return unused products?"


class Died(BaseException):
    """The process ends here: nothing catches this, and the transaction is never committed."""


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are queued but no thread of this process takes them."""
    monkeypatch.setattr(runs, "kick", lambda run_public_id: None)


def dies_when_it_starts_a_run(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    if sql.startswith("INSERT") and AnswerRun._meta.db_table in sql:
        raise Died
    return execute(sql, *rest)


def asked(conversation: Conversation, text: str = QUESTION) -> AnswerRun:
    run = services.ask(conversation=conversation, text=text).run
    assert run is not None
    return run


def its_process_died() -> None:
    """Time passes, and nobody renews the lease."""
    AnswerRun.objects.active().update(lease_until=timezone.now() - timedelta(seconds=1))


def authors(conversation: Conversation) -> list[str]:
    return list(conversation.messages.order_by("pk").values_list("author", flat=True))


def test_a_message_is_stored_together_with_its_run_or_not_at_all(held: None, conversation: Conversation):
    with connection.execute_wrapper(dies_when_it_starts_a_run), pytest.raises(Died):
        services.ask(conversation=conversation, text=QUESTION, client_key="k1")
    assert not Message.objects.exists()

    again = services.ask(conversation=conversation, text=QUESTION, client_key="k1")

    assert again.is_new
    assert again.run == AnswerRun.objects.get()


def test_a_run_ends_together_with_the_start_of_the_next_or_not_at_all(
    held: None, no_indexes: None, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
):
    """The second message arrives while the first is being answered."""
    first = asked(conversation)
    late: list[AnswerRun] = []
    keep_alive = runs.kept_alive

    def asked_meanwhile(lease: runs.Lease) -> Any:
        if not late:
            late.append(asked(conversation, "And who pays?"))
        return keep_alive(lease)

    monkeypatch.setattr("csassist.assistant.answering.kept_alive", asked_meanwhile)
    with connection.execute_wrapper(dies_when_it_starts_a_run), pytest.raises(Died):
        answer(first.public_id)
    assert late == [first]
    assert authors(conversation) == ["customer", "customer"]

    its_process_died()
    runs.resume_expired()
    assert authors(conversation) == ["customer", "customer", "assistant"]
    assert not AnswerRun.objects.active().exists()


def test_a_run_that_died_twice_while_a_person_took_over_is_closed_without_a_word(
    held: None, no_indexes: None, conversation: Conversation, dora: User
):
    run = asked(conversation)
    for _death in range(runs.MOST_ATTEMPTS):
        runs.claim(run.public_id)
        its_process_died()
    request, _is_new = ask_for_person(conversation=conversation)

    runs.resume_expired()

    run.refresh_from_db()
    assert run.state == AnswerRun.State.DROPPED
    assert "assistant" not in authors(conversation)
    mark_done(request=request, handled_by=dora)
    answer(asked(conversation, "Something else: who pays?").public_id)
    assert authors(conversation)[-1] == "assistant"


def test_a_run_that_died_twice_and_was_answered_by_a_person_is_closed(
    held: None, no_indexes: None, conversation: Conversation
):
    run = asked(conversation)
    for _death in range(runs.MOST_ATTEMPTS):
        runs.claim(run.public_id)
        its_process_died()
    post_reply(conversation=conversation, reply=ReplyToPost(text="30 days.", language="en", author=Author.AGENT))

    runs.resume_expired()

    run.refresh_from_db()
    assert run.state == AnswerRun.State.DROPPED
    assert authors(conversation) == ["customer", "agent"]


def test_a_version_written_on_an_older_look_at_the_document_does_not_unpublish_it():
    shelf = Collection.objects.create(name="Help", slug="help")
    text = VersionText(title="Returns", body="30 days.")
    draft = knowledge_services.create_document(place=Place(shelf), text=text)
    knowledge_services.publish(version=draft.versions.get())
    make_live(Document.objects.get(pk=draft.pk))  # while `draft` still says that nothing is published

    knowledge_services.write_version(document=draft, text=VersionText(title="Returns, new", body="60 days."))

    fresh = Document.objects.get(pk=draft.pk)
    assert fresh.live_version
    assert fresh.published_version == fresh.live_version
    assert (fresh.live_version.number, fresh.title) == (1, "Returns")
