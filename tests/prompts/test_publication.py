"""A guarded prompt waits for its verdict, and whoever may overrule it says why."""

import uuid

import pytest

from csassist.audit.models import AuditEvent
from csassist.core.errors import Conflict, InvalidInput
from csassist.core.verdicts import Verdict
from prompts import publication, services
from prompts.models import Prompt, PromptVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def prompt() -> Prompt:
    services.sync_defaults()
    Prompt.objects.update(is_guarded=True)
    return Prompt.objects.get(name="condense_question")


def new_draft(prompt: Prompt) -> PromptVersion:
    published = prompt.versions.published().get()
    return services.draft_version(prompt=prompt, text=published.text + "\nBe brief.")


def waiting_draft(prompt: Prompt, run_id: uuid.UUID, cleo) -> PromptVersion:
    draft = publication.request(version=new_draft(prompt), publisher=cleo, instead_of_number=1)
    assert publication.take(version=draft, run_id=run_id)
    return draft


def test_without_a_guard_it_is_published_at_once(prompt, cleo):
    Prompt.objects.update(is_guarded=False)
    assert not publication.request(version=new_draft(prompt), publisher=cleo).is_draft


def test_with_a_guard_it_waits_and_is_published_in_its_publishers_name_once_it_passed(prompt, cleo):
    run_id = uuid.uuid4()
    draft = waiting_draft(prompt, run_id, cleo)
    assert publication.waiting() == []
    assert prompt.versions.published().get().number == 1

    assert publication.settle(version=draft, verdict=Verdict.PASSED, run_id=run_id)
    published = prompt.versions.published().get()
    assert (published.pk, published.published_by) == (draft.pk, cleo)
    assert AuditEvent.objects.get(action="prompt.published").actor_name == "cleo"


def test_only_the_rehearsal_that_took_it_settles_it(prompt, cleo):
    draft = waiting_draft(prompt, uuid.uuid4(), cleo)
    assert not publication.take(version=draft, run_id=uuid.uuid4())
    assert not publication.settle(version=draft, verdict=Verdict.PASSED, run_id=uuid.uuid4())
    assert prompt.versions.published().get().number == 1


def test_a_draft_edited_meanwhile_loses_its_verdict(prompt, cleo):
    run_id = uuid.uuid4()
    draft = waiting_draft(prompt, run_id, cleo)
    services.edit_draft(version=draft, text=draft.text + "\nBe kind.")
    assert not publication.settle(version=draft, verdict=Verdict.PASSED, run_id=run_id)
    assert PromptVersion.objects.get(pk=draft.pk).verdict == Verdict.NONE


def test_another_version_published_meanwhile_stops_it(prompt, cleo):
    run_id = uuid.uuid4()
    draft = waiting_draft(prompt, run_id, cleo)
    other = new_draft(prompt)
    PromptVersion.objects.filter(pk=other.pk).update(verdict=Verdict.PASSED)
    services.publish(version=other)

    assert not publication.settle(version=draft, verdict=Verdict.PASSED, run_id=run_id)
    assert prompt.versions.published().get().pk == other.pk
    assert PromptVersion.objects.get(pk=draft.pk).verdict == Verdict.NONE


def test_a_held_back_draft_is_published_only_with_a_reason(prompt, cleo):
    run_id = uuid.uuid4()
    draft = waiting_draft(prompt, run_id, cleo)
    with pytest.raises(Conflict, match="No verdict stands in the way"):
        publication.overrule(version=draft, reason="I know better", publisher=cleo)
    publication.settle(version=draft, verdict=Verdict.REGRESSED, run_id=run_id)
    assert PromptVersion.objects.get(pk=draft.pk).is_draft

    with pytest.raises(InvalidInput, match="Write why"):
        publication.overrule(version=draft, reason="  ", publisher=cleo)
    publication.overrule(version=draft, reason="The old answers were too long.", publisher=cleo)
    published = prompt.versions.published().get()
    assert (published.pk, published.overrule_reason) == (draft.pk, "The old answers were too long.")
    assert AuditEvent.objects.get(action="prompt.verdict_overruled").facts["reason"] == "The old answers were too long."
