"""Planning, starting, ending; and that a conversation keeps its version."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from csassist.audit.models import AuditEvent
from csassist.core.errors import Conflict, InvalidInput
from prompts import experimenting, services
from prompts.experimenting import Plan, assigned
from prompts.models import Prompt, PromptExperiment, PromptVersion

pytestmark = pytest.mark.django_db

TEXT = "Write in one line.\n{{history}}\n{{question}}\n"


@pytest.fixture
def prompt() -> Prompt:
    services.sync_defaults()
    return Prompt.objects.get(name="condense_question")


@pytest.fixture
def draft(prompt: Prompt) -> PromptVersion:
    return services.draft_version(prompt=prompt, text=TEXT)


@pytest.fixture
def planned(draft: PromptVersion, cleo) -> PromptExperiment:
    return experimenting.plan(plan=Plan(version_b=draft), author=cleo)


@pytest.fixture
def running(planned: PromptExperiment, cleo) -> PromptExperiment:
    return experimenting.start(experiment=planned, starter=cleo)


def versions_of(count: int, **when) -> list[int]:
    begun_at = timezone.now() + timedelta(**when)
    found = [assigned(unit=uuid4(), begun_at=begun_at) for _conversation in range(count)]
    return [one.version.number for arms in found for one in arms]


def test_nobody_takes_part_before_the_start(planned):
    assert versions_of(20) == []


def test_a_running_experiment_gives_each_new_conversation_one_of_two_versions(running):
    assert set(versions_of(60)) == {1, 2}


def test_a_conversation_keeps_its_version(running):
    unit = uuid4()

    found = {one.version.number for _time in range(20) for one in assigned(unit=unit, begun_at=timezone.now())}

    assert len(found) == 1


def test_conversations_from_before_the_start_take_no_part(running):
    assert versions_of(20, hours=-1) == []


def test_stopping_gives_everybody_the_published_version(running, prompt, cleo):
    experimenting.stop(experiment=running, stopper=cleo)

    assert versions_of(20) == []
    assert prompt.versions.published().get().number == 1


def test_adopting_publishes_b_as_any_draft_is_published(running, prompt, cleo):
    experimenting.adopt(experiment=running, publisher=cleo)

    running.refresh_from_db()
    assert prompt.versions.published().get().number == 2
    assert (running.state, running.stopped_by) == ("stopped", cleo)
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"experiment.planned", "experiment.started", "experiment.stopped", "experiment.adopted"} <= actions
    assert "prompt.published" in actions


def test_b_can_be_adopted_after_the_experiment_was_stopped(running, prompt):
    experimenting.stop(experiment=running)
    experimenting.adopt(experiment=running)

    assert prompt.versions.published().get().number == 2


def test_adopting_after_another_publication_is_refused_and_leaves_the_experiment(running, prompt):
    services.publish(version=services.draft_version(prompt=prompt, text=f"Other. {TEXT}"))

    with pytest.raises(Conflict, match="published in the meantime"):
        experimenting.adopt(experiment=running)

    running.refresh_from_db()
    assert running.state == "running"


def test_publishing_another_version_ends_the_experiment_for_everybody(running, prompt):
    services.publish(version=services.draft_version(prompt=prompt, text=f"Other. {TEXT}"))

    assert versions_of(20) == []


def test_one_that_a_publication_ended_does_not_keep_the_next_from_starting(running, prompt):
    services.publish(version=services.draft_version(prompt=prompt, text=f"Other. {TEXT}"))
    another = services.draft_version(prompt=prompt, text=f"Third. {TEXT}")

    experimenting.start(experiment=experimenting.plan(plan=Plan(version_b=another)))

    running.refresh_from_db()
    assert running.state == "stopped"
    assert set(versions_of(60)) == {3, 4}


def test_a_prompt_has_one_running_experiment(running, prompt):
    another = services.draft_version(prompt=prompt, text=f"Other. {TEXT}")

    with pytest.raises(Conflict, match="Another experiment is running"):
        experimenting.start(experiment=experimenting.plan(plan=Plan(version_b=another)))


def test_what_customers_saw_is_frozen_and_stays(running, draft):
    for change in (
        lambda: services.edit_draft(version=draft, text=f"More. {TEXT}"),
        lambda: services.discard_draft(version=draft),
        lambda: experimenting.discard(experiment=running),
    ):
        with pytest.raises(Conflict):
            change()
    experimenting.stop(experiment=running)
    with pytest.raises(Conflict, match="Customers were answered with this draft"):
        services.edit_draft(version=draft, text=f"More. {TEXT}")


def test_a_plan_is_discarded_alone_or_with_its_draft(planned, draft):
    other = experimenting.plan(plan=Plan(version_b=draft))
    experimenting.discard(experiment=other)
    services.discard_draft(version=draft)

    assert not PromptExperiment.objects.exists()


def test_b_must_be_fit_for_customers_when_the_experiment_starts(planned, prompt):
    prompt.variables = {"history": prompt.variables["history"]}
    prompt.save()

    with pytest.raises(services.PromptRefused, match="no variable called: question"):
        experimenting.start(experiment=planned)

    assert versions_of(20) == []


def test_a_published_version_cannot_be_b(planned, draft, prompt):
    services.publish(version=draft)
    draft.refresh_from_db()

    with pytest.raises(Conflict, match="Only a draft"):
        experimenting.start(experiment=planned)
    with pytest.raises(Conflict, match="Only a draft"):
        experimenting.plan(plan=Plan(version_b=draft))


@pytest.mark.parametrize("wrong", [{"share_b_percent": 0}, {"share_b_percent": 100}, {"planned_count": 5}])
def test_a_plan_that_can_show_nothing_is_refused(draft, wrong):
    with pytest.raises(InvalidInput):
        experimenting.plan(plan=Plan(version_b=draft, **wrong))


@pytest.mark.parametrize("act", [experimenting.stop, experimenting.adopt])
def test_what_was_never_started_cannot_end(planned, act):
    with pytest.raises(Conflict):
        act(experiment=planned)


def test_an_experiment_starts_once(running):
    with pytest.raises(Conflict, match="started before"):
        experimenting.start(experiment=running)
