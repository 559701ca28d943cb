"""What staff add for one another is theirs, survives two at once, and tells open consoles when it changes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from csassist.conversations import services
from csassist.conversations.models import ConsoleEvent, Conversation, Note, SavedFilter, Seen, Tag
from csassist.conversations.services.teamwork import (
    FILTERS_OF_ONE_COUNT,
    TAGS_OF_ONE_COUNT,
    add_tag,
    note_left,
    note_looking,
    note_read,
    save_filter,
    set_tags,
    write_note,
)
from csassist.core.errors import Conflict, InvalidInput
from tests.conversations.conftest import reply
from tests.factories import ConversationFactory, UserFactory
from tests.threads import hanging_up


def kinds(conversation):
    return list(ConsoleEvent.objects.about(conversation).values_list("kind", flat=True))


def tags_of(conversation):
    return sorted(conversation.tags.values_list("name", flat=True))


# --- Notes ---


@pytest.mark.django_db
def test_a_note_is_stored_once_and_consoles_are_told_by_whom(conversation, ben):
    note, is_new = write_note(conversation=conversation, author=ben, text=" Call her\x00 back. ", client_key="k1")
    again, is_new_again = write_note(conversation=conversation, author=ben, text="Call her back!", client_key="k1")
    assert (note.text, note.author, is_new) == ("Call her back.", ben, True)
    assert (again, is_new_again) == (note, False)
    event = ConsoleEvent.objects.get()
    assert (event.kind, event.user) == ("note", ben)


@pytest.mark.django_db
def test_a_note_is_no_message_and_no_event_of_the_customers(conversation, ben):
    write_note(conversation=conversation, author=ben, text="She is angry.")
    conversation.refresh_from_db()
    assert (conversation.messages.count(), conversation.events.count(), conversation.last_event_seq) == (0, 0, 0)


@pytest.mark.django_db
def test_a_key_of_a_colleagues_note_is_refused_rather_than_losing_the_words(conversation, ben, cleo):
    write_note(conversation=conversation, author=ben, text="Call her back.", client_key="k1")
    with pytest.raises(Conflict):
        write_note(conversation=conversation, author=cleo, text="Do not call her.", client_key="k1")


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "key"), [("", ""), ("\u200b", ""), ("x" * 4_001, ""), ("Call.", "k" * 65)])
def test_an_empty_or_endless_note_or_key_is_refused(conversation, ben, text, key):
    with pytest.raises(InvalidInput):
        write_note(conversation=conversation, author=ben, text=text, client_key=key)
    assert not Note.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("@ben, have a look", ["ben"]),
        ("@Ben and @cleo.", ["ben", "cleo"]),
        ("请@ben 看一下", []),
        ("mail ben@cleo.example or me@ben", []),
        ("@nobody @gone @ben.lopez", ["ben.lopez"]),
        ("@ben @ben", ["ben"]),
    ],
)
def test_a_mention_names_an_active_colleague(conversation, ben, cleo, text, mentioned):
    UserFactory.create(username="gone", is_active=False)
    UserFactory.create(username="ben.lopez")
    note, _is_new = write_note(conversation=conversation, author=cleo, text=text)
    assert sorted(note.mentions.values_list("username", flat=True)) == mentioned


# --- Tags ---


@pytest.mark.django_db
def test_tags_are_what_they_are_set_to_and_new_words_become_tags(conversation, ben):
    set_tags(conversation=conversation, names=["refund", " late  parcel ", "refund", ""], by=ben)
    assert tags_of(conversation) == ["late parcel", "refund"]
    set_tags(conversation=conversation, names=["退款"], by=ben)
    assert tags_of(conversation) == ["退款"]
    assert Tag.objects.count() == 3
    assert kinds(conversation) == ["about", "about"]


@pytest.mark.django_db
@pytest.mark.parametrize("names", [["x" * 41], [f"tag {number}" for number in range(TAGS_OF_ONE_COUNT + 1)]])
def test_too_long_or_too_many_tags_change_nothing(conversation, ben, names):
    set_tags(conversation=conversation, names=["refund"], by=ben)
    with pytest.raises(InvalidInput):
        set_tags(conversation=conversation, names=names, by=ben)
    assert tags_of(conversation) == ["refund"]


@pytest.mark.django_db
def test_a_tag_that_is_there_is_not_announced_again(conversation, ben):
    add_tag(conversation=conversation, name="refund", by=ben)
    add_tag(conversation=conversation, name="refund", by=ben)
    assert (tags_of(conversation), kinds(conversation)) == (["refund"], ["about"])


@pytest.mark.django_db(transaction=True)
def test_tags_that_colleagues_add_at_once_are_all_there(ben):
    conversation = ConversationFactory.create()
    names = [f"tag {number}" for number in range(8)]
    add = hanging_up(add_tag)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: add(conversation=conversation, name=name, by=ben), names))
    assert tags_of(conversation) == names


@pytest.mark.django_db(transaction=True)
def test_one_new_tag_in_many_conversations_at_once_is_one_tag(ben):
    conversations = [ConversationFactory.create() for _ in range(6)]
    add = hanging_up(set_tags)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda one: add(conversation=one, names=["refund"], by=ben), conversations))
    assert Conversation.objects.filter(tags=Tag.objects.get()).count() == 6


# --- Who looks at it ---


@pytest.mark.django_db
def test_looking_and_writing_are_told_when_they_begin_and_end_and_not_with_every_beat(conversation, ben):
    note_looking(conversation=conversation, user=ben)
    note_looking(conversation=conversation, user=ben)
    assert kinds(conversation) == ["people"]
    note_looking(conversation=conversation, user=ben, is_writing=True)
    note_looking(conversation=conversation, user=ben, is_writing=True)
    assert kinds(conversation) == ["people", "people"]
    seen = Seen.objects.get()
    assert seen.writing_until < seen.open_until, "writing is over sooner than looking"
    note_left(conversation=conversation, user=ben)
    note_left(conversation=conversation, user=ben)
    assert kinds(conversation) == ["people"] * 3
    seen.refresh_from_db()
    assert max(seen.open_until, seen.writing_until) <= timezone.now()


@pytest.mark.django_db
def test_who_comes_back_after_a_while_is_told_of_anew(conversation, ben):
    note_looking(conversation=conversation, user=ben)
    Seen.objects.update(open_until=timezone.now() - timedelta(seconds=1))
    note_looking(conversation=conversation, user=ben)
    assert kinds(conversation) == ["people", "people"]


@pytest.mark.django_db
def test_what_was_read_only_moves_forward(conversation, ben):
    note_read(conversation=conversation, user=ben)
    assert not Seen.objects.exists(), "nothing was said yet"
    first, _is_new = services.receive_message(conversation=conversation, text="Hello?")
    note_read(conversation=conversation, user=ben)
    assert Seen.objects.get().read_through_id == first.pk
    second = services.post_reply(conversation=conversation, reply=reply())
    note_read(conversation=conversation, user=ben)
    Seen.objects.filter(read_through_id__lt=second.pk).update(read_through_id=0)
    assert Seen.objects.get().read_through_id == second.pk


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_open_at_once_are_one_reader(ben):
    conversation = ConversationFactory.create()
    look = hanging_up(note_looking)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _number: look(conversation=conversation, user=ben), range(6)))
    assert Seen.objects.count() == 1


# --- Saved filters ---


@pytest.mark.django_db
def test_a_filter_has_a_name_of_its_user_and_the_same_name_replaces_it(ben, cleo):
    save_filter(user=ben, name=" Late ", query="tag=late")
    save_filter(user=ben, name="Late", query="tag=late&status=open")
    save_filter(user=cleo, name="Late", query="tag=slow")
    assert list(ben.saved_filters.values_list("name", "query")) == [("Late", "tag=late&status=open")]
    assert cleo.saved_filters.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "query"), [("", "tag=x"), ("x" * 61, "tag=x"), ("Late", "x" * 501)])
def test_a_filter_that_cannot_be_kept_is_refused(ben, name, query):
    with pytest.raises(InvalidInput):
        save_filter(user=ben, name=name, query=query)


@pytest.mark.django_db
def test_one_filter_too_many_is_refused_and_an_old_one_can_still_be_replaced(ben):
    SavedFilter.objects.bulk_create(
        SavedFilter(user=ben, name=f"filter {number}", query="x") for number in range(FILTERS_OF_ONE_COUNT)
    )
    with pytest.raises(Conflict):
        save_filter(user=ben, name="one more", query="x")
    save_filter(user=ben, name="filter 3", query="changed")
    assert ben.saved_filters.get(name="filter 3").query == "changed"


@pytest.mark.django_db(transaction=True)
def test_a_filter_saved_many_times_at_once_is_one(ben):
    save = hanging_up(save_filter)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: save(user=ben, name="Late", query=f"page={number}"), range(6)))
    assert ben.saved_filters.count() == 1
