"""A model is trained step by step, survives its worker's death, and reads once a person lets it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from csassist.analysis import intent_models, jobs, services, training
from csassist.analysis.catalogue_now import catalogue_now
from csassist.analysis.intent_figures import outcomes_of
from csassist.analysis.models import ExampleVector, IntentExample, IntentModelVersion, ReadingCorrection
from csassist.analysis.services import ExampleText
from csassist.analysis.services.versions import PromotionHeldBack
from csassist.analysis.training import MOST_ATTEMPTS, lease_for, work_on
from csassist.analysis.training_data import FOLDS, training_data
from csassist.audit.models import AuditEvent
from csassist.conversations.models import Message
from csassist.core.errors import Conflict, InvalidInput
from tests.threads import hanging_up

pytestmark = pytest.mark.django_db
State = IntentModelVersion.State


def trained(by) -> IntentModelVersion:
    version = services.train_intents(by=by)
    while not work_on(version):
        pass
    version.refresh_from_db()
    return version


def test_the_same_catalogue_gives_the_same_data(catalogue):
    first, again = training_data(), training_data()
    assert first == again
    IntentExample.objects.get(text="refund still missing").delete()
    assert training_data().digest != first.digest


def test_every_fold_has_its_share_of_every_intent(catalogue):
    data = training_data()
    for number in range(FOLDS):
        assert {one.label for one in data.fold(number)} == {"order_status", "refund_status"}
        assert set(data.fold(number)) & set(data.without_fold(number)) == set()
    assert sum(len(data.fold(number)) for number in range(FOLDS)) == len(data.examples) == 12


def test_an_intent_with_few_examples_or_switched_off_is_left_out(catalogue):
    services.write_intent(text=services.IntentText("rare", name_en="Rare"))
    services.add_examples(examples=[ExampleText(f"rare thing {number}", "rare") for number in range(4)])
    assert training_data().left_out == ("rare",)
    assert training_data().is_enough
    services.switch_intents(intents=[catalogue["order_status"]], is_active=False)
    assert not training_data().is_enough


def test_too_few_examples_are_refused_with_what_is_missing(db):
    with pytest.raises(InvalidInput, match="five examples"):
        services.train_intents()


def test_one_model_is_trained_at_a_time(catalogue, cleo):
    services.train_intents(by=cleo)
    with pytest.raises(Conflict):
        services.train_intents(by=cleo)


def test_a_training_goes_on_step_by_step_to_its_figures(catalogue, cleo):
    version = services.train_intents(by=cleo)
    progress = []
    while not work_on(version):
        version.refresh_from_db()
        progress.append(len(version.outcomes))
    assert progress[0] == 0, "first it is seen whether there is an embedding"
    assert progress == sorted(set(progress))
    assert (len(progress), progress[-1]) == (FOLDS + 1, 12)
    version.refresh_from_db()
    assert (version.state, version.examples_count, version.intents_count) == (State.TRAINED, 12, 2)
    outcomes = outcomes_of(version.outcomes)
    assert {one.example for one in outcomes} == set(IntentExample.objects.values_list("pk", flat=True))
    assert version.accuracy == sum(one.is_right for one in outcomes) / 12
    assert version.artifact
    assert version.lease_until is None


def test_another_worker_goes_on_where_one_died(catalogue, cleo):
    version = services.train_intents(by=cleo)
    for _step in range(2):
        work_on(version)
    read_before = IntentModelVersion.objects.get().outcomes
    # The worker dies in the next step: its lease is all it leaves.
    IntentModelVersion.objects.update(lease_until=timezone.now() + lease_for(12), attempts_count=1)
    assert not work_on(version)
    assert IntentModelVersion.objects.get().outcomes == read_before, "nobody else works while the lease holds"
    IntentModelVersion.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work_on(version)
    now_read = IntentModelVersion.objects.get().outcomes
    assert read_before.items() < now_read.items()


def test_a_worker_that_lost_its_lease_writes_nothing(catalogue, cleo, monkeypatch):
    version = services.train_intents(by=cleo)
    work_on(version)
    fit = intent_models.fitted

    def overtaken(*given):
        IntentModelVersion.objects.update(lease_token=None)
        return fit(*given)

    monkeypatch.setattr(intent_models, "fitted", overtaken)
    assert not work_on(version)
    assert IntentModelVersion.objects.get().outcomes == {}


def test_an_example_changed_meanwhile_begins_the_training_anew(catalogue, cleo):
    version = services.train_intents(by=cleo)
    for _step in range(2):
        work_on(version)
    gone = IntentExample.objects.get(text="refund still missing")
    services.remove_examples(examples=[gone])
    while not work_on(version):
        pass
    version.refresh_from_db()
    assert version.examples_count == len(version.outcomes) == 11
    assert str(gone.pk) not in version.outcomes


def test_an_example_is_embedded_once_and_its_vector_goes_with_it(catalogue, cleo, monkeypatch):
    embedded: list[str] = []

    def meanings(texts):
        embedded.extend(texts)
        return np.array([[len(text), text.count("e"), 1.0] for text in texts], dtype=np.float32)

    monkeypatch.setattr(intent_models, "meanings_of", meanings)
    monkeypatch.setattr(training, "EMBEDDED_A_STEP", 5)
    first = services.train_intents(by=cleo)
    work_on(first)
    assert ExampleVector.objects.count() == IntentModelVersion.objects.get().vectors_count == 5
    while not work_on(first):
        pass
    first.refresh_from_db()
    assert (first.state, first.reads_meaning, len(embedded)) == (State.TRAINED, True, 12)
    services.add_examples(examples=[ExampleText("refund please", "refund_status")])
    services.remove_examples(examples=[IntentExample.objects.get(text="refund still missing")])
    trained(cleo)
    assert embedded[12:] == ["refund please"]
    assert ExampleVector.objects.count() == 12


def test_a_training_that_kills_its_workers_is_given_up(catalogue, cleo):
    version = services.train_intents(by=cleo)
    IntentModelVersion.objects.update(attempts_count=MOST_ATTEMPTS)
    assert work_on(version)
    version.refresh_from_db()
    assert version.state == State.FAILED
    assert version.failure


def test_a_catalogue_emptied_meanwhile_fails_the_training_in_words(catalogue, cleo):
    version = services.train_intents(by=cleo)
    IntentExample.objects.all().delete()
    assert work_on(version)
    version.refresh_from_db()
    assert (version.state, "five examples" in version.failure) == (State.FAILED, True)


def test_the_sweep_trains_without_any_hint(catalogue, cleo):
    services.train_intents(by=cleo)
    for _turn in range(FOLDS + 2):
        jobs.sweep()
    assert IntentModelVersion.objects.get().state == State.TRAINED


def test_a_correction_knows_the_version_that_learned_it(catalogue, stored, cleo):
    row = services.correct(reading=stored(), field="intent", value="refund_status", by=cleo)
    services.correct(reading=row, field="urgency", value="low", by=cleo)
    version = trained(cleo)
    assert version.corrections_count == 1
    by_field = dict(ReadingCorrection.objects.values_list("field", "used_in_version"))
    assert by_field == {"intent": version.pk, "urgency": None}


def test_a_promoted_model_reads_from_then_on(catalogue, message, cleo):
    version = trained(cleo)
    assert catalogue_now().model is None
    services.promote(version=version, by=cleo)
    now = catalogue_now()
    assert (now.version, now.model is not None) == (version.pk, True)
    assert services.read_message(message=message).intent_version == version
    assert AuditEvent.objects.get(action="intent_model.promoted").facts["verdict"] == "first"


def test_one_model_is_live_and_the_former_can_come_back(catalogue, cleo):
    first, second = trained(cleo), trained(cleo)
    services.promote(version=first, by=cleo)
    services.promote(version=second, by=cleo)
    assert dict(IntentModelVersion.objects.values_list("number", "state")) == {1: State.RETIRED, 2: State.LIVE}
    services.promote(version=first, by=cleo)
    assert IntentModelVersion.objects.live().get() == first
    with pytest.raises(Conflict):
        services.promote(version=first, by=cleo)
    with pytest.raises(IntegrityError), transaction.atomic():
        IntentModelVersion.objects.update(state=State.LIVE)


def test_a_worse_model_needs_a_person_with_a_reason(catalogue, cleo):
    good, bad = trained(cleo), trained(cleo)
    right = {str(number): ["a", "a"] for number in range(100)}
    wrong = {str(number): ["a", "b"] for number in range(100)}
    IntentModelVersion.objects.filter(pk=good.pk).update(outcomes=right)
    IntentModelVersion.objects.filter(pk=bad.pk).update(outcomes=wrong)
    services.promote(version=good, by=cleo)
    for reason in ("", "   "):
        with pytest.raises(PromotionHeldBack):
            services.promote(version=bad, by=cleo, override_reason=reason)
    assert IntentModelVersion.objects.live().get() == good
    services.promote(version=bad, by=cleo, override_reason="It knows the new product.")
    facts = AuditEvent.objects.filter(action="intent_model.promoted").latest("pk").facts
    assert (facts["verdict"], facts["override_reason"]) == ("worse", "It knows the new product.")


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_train_one_model_and_leave_one_live(catalogue, cleo):
    def outcome(act: Callable[[], object]) -> str:
        try:
            act()
        except Conflict:
            return "conflict"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        asked = list(pool.map(hanging_up(outcome), [partial(services.train_intents, by=cleo)] * 2))
    assert sorted(asked) == ["conflict", "done"]
    first = IntentModelVersion.objects.get()
    while not work_on(first):
        pass
    second = trained(cleo)
    with ThreadPoolExecutor(2) as pool:
        choices = [partial(services.promote, version=one, by=cleo) for one in (first, second)]
        assert list(pool.map(hanging_up(outcome), choices)) == ["done", "done"]
    assert IntentModelVersion.objects.live().count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_read_twice_at_once_has_one_reading(catalogue, message):
    def read(one: Message) -> int:
        return services.read_message(message=one).pk

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(hanging_up(read), [message] * 8))) == 1


@pytest.mark.parametrize("state", [State.WAITING, State.FAILED])
def test_what_was_not_trained_cannot_read(catalogue, cleo, state):
    version = services.train_intents(by=cleo)
    IntentModelVersion.objects.update(state=state)
    with pytest.raises(Conflict):
        services.promote(version=version, by=cleo)


def test_a_stored_model_that_was_tampered_with_does_not_read(catalogue, message, cleo, caplog):
    version = trained(cleo)
    services.promote(version=version, by=cleo)
    IntentModelVersion.objects.update(artifact=b"tampered with", artifact_digest="0" * 64)
    assert catalogue_now().version is None
    assert services.read_message(message=message).intent_version is None
    assert "intents.model_refused" in caplog.text
