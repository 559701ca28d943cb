"""Prompts on a real database: versions, publishing, rolling back and loading the shipped files."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from csassist.audit.models import AuditEvent
from csassist.core.errors import Conflict, NotFound
from csassist.core.verdicts import CheckNeeded, Verdict
from prompts import services
from prompts.defaults import DefaultPrompt, Variable
from prompts.models import Prompt, PromptVersion, VersionState
from prompts.templating import MissingVariables
from prompts.uses import GIVEN

pytestmark = pytest.mark.django_db


def shipped(text: str = "Greet {{name}} kindly.\n", **extra: Variable) -> dict[str, DefaultPrompt]:
    variables = {"name": Variable("Whom to greet", required=True, sample="Ana"), **extra}
    return {"greet": DefaultPrompt("greet", "Greet", "Says hello.", variables, text)}


@pytest.fixture
def prompt() -> Prompt:
    services.sync_defaults(shipped())
    return Prompt.objects.get(name="greet")


def published_texts(prompt: Prompt) -> list[str]:
    return list(prompt.versions.published().values_list("text", flat=True))


def test_renders_the_published_version_and_says_which_it_was(prompt):
    rendered = services.render("greet", {"name": "Ana", "unused": "x"})

    version = prompt.versions.get()
    assert rendered == services.RenderedPrompt("greet", 1, version.public_id, "Greet Ana kindly.\n")


def test_renders_the_shipped_file_while_it_was_never_loaded():
    rendered = services.render(
        "answer_question_user",
        {
            "sources": "S",
            "question": "Q",
            "language_name": "English",
            "company_name": "C",
            "today": "T",
            "tone_instructions": "Kindly.",
        },
    )

    assert (rendered.version_number, rendered.version_id) == (0, None)
    assert (
        "S\n\nQ\n\nHow to say it, within these rules: Kindly.\n\nAnswer the customer message in English"
        in rendered.text
    )


def test_rendering_names_every_missing_variable_and_an_unknown_prompt(prompt):
    with pytest.raises(MissingVariables) as refusal:
        services.render("greet", {})
    assert refusal.value.names == ("name",)
    for name in ("nothing", "../services", "texts/answer_question"):
        with pytest.raises(NotFound):
            services.render(name, {})


def test_a_draft_changes_nothing_until_it_is_published(prompt):
    draft = services.draft_version(prompt=prompt, text="Hello {{name}}!", note="Shorter")
    assert services.render("greet", {"name": "Ana"}).text == "Greet Ana kindly.\n"

    services.publish(version=draft)
    assert services.render("greet", {"name": "Ana"}).text == "Hello Ana!\n"
    assert list(prompt.versions.values_list("number", "state")) == [(2, "published"), (1, "retired")]
    event = AuditEvent.objects.filter(action="prompt.published").get()
    assert event.facts == {"prompt": "greet", "version": 2, "instead_of": 1, "verdict": None}


def test_a_refused_text_hears_every_reason_at_once(prompt):
    with pytest.raises(services.PromptRefused) as refusal:
        services.draft_version(prompt=prompt, text="{{who}} {{Name}} sk-proj-abcdefghijklmnopqrstuvwx")

    assert refusal.value.extra == {"unknown": ["who", "Name"], "missing": ["name"]}
    assert [reason.split(":")[0] for reason in refusal.value.reasons] == [
        "This prompt has no variable called",
        "The text must contain",
        "The text seems to hold a secret (OpenAI or Anthropic API key). Remove it.",
    ]
    assert prompt.versions.count() == 1


def test_a_published_version_cannot_be_changed_by_any_road(prompt):
    version = prompt.versions.get()
    with pytest.raises(Conflict):
        services.edit_draft(version=version, text="Other {{name}}")
    with pytest.raises(Conflict):
        PromptVersion.objects.filter(pk=version.pk).update(text="Other {{name}}")
    with pytest.raises(Conflict):
        PromptVersion.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_refuses_to_change_a_published_version(prompt):
    version = prompt.versions.get()
    version.text = "Other {{name}}"
    with pytest.raises(IntegrityError):
        version.save()
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE prompts_promptversion SET state = 'draft', published_at = NULL")
    assert published_texts(prompt) == ["Greet {{name}} kindly.\n"]


def test_the_database_holds_at_most_one_published_version_of_a_prompt(prompt):
    published = prompt.versions.get()
    with pytest.raises(IntegrityError):
        PromptVersion.objects.create(
            prompt=prompt, number=2, text="x", state=VersionState.PUBLISHED, published_at=published.published_at
        )


def test_the_database_wants_a_date_on_whatever_was_published(prompt):
    with pytest.raises(IntegrityError):
        PromptVersion.objects.create(prompt=prompt, number=2, text="x", state=VersionState.RETIRED)


def test_a_draft_can_be_edited_and_discarded(prompt, cleo):
    draft = services.draft_version(prompt=prompt, text="Hi {{name}}", author=cleo, based_on=prompt.versions.get())

    edited = services.edit_draft(version=draft, text="Hello {{name}}\r\n\r\n", note="Longer")
    assert (edited.text, edited.note, edited.created_by) == ("Hello {{name}}\n", "Longer", cleo)
    with pytest.raises(services.PromptRefused):
        services.edit_draft(version=draft, text="Hello {{nobody}}")

    services.discard_draft(version=draft)
    assert list(prompt.versions.values_list("number", flat=True)) == [1]
    with pytest.raises(Conflict):
        services.discard_draft(version=prompt.versions.get())


def test_only_a_draft_can_be_published(prompt):
    draft = services.draft_version(prompt=prompt, text="Hi {{name}}")
    services.publish(version=draft)

    for version in prompt.versions.all():
        with pytest.raises(Conflict):
            services.publish(version=version)
    assert published_texts(prompt) == ["Hi {{name}}\n"]


def test_publishing_is_refused_when_another_version_was_published_since(prompt):
    first = services.draft_version(prompt=prompt, text="First {{name}}")
    second = services.draft_version(prompt=prompt, text="Second {{name}}")
    services.publish(version=first, instead_of_number=1)

    with pytest.raises(Conflict, match="Version 2 was published in the meantime"):
        services.publish(version=second, instead_of_number=1)
    with pytest.raises(Conflict):
        services.roll_back(to_version=prompt.versions.get(number=1), instead_of_number=1)
    services.publish(version=second, instead_of_number=2)
    assert published_texts(prompt) == ["Second {{name}}\n"]


def test_a_guarded_prompt_is_published_only_with_a_passed_verdict(prompt):
    Prompt.objects.update(is_guarded=True)
    draft = services.draft_version(prompt=prompt, text="Hi {{name}}")

    with pytest.raises(CheckNeeded, match="has to pass the golden questions first"):
        services.publish(version=draft)
    PromptVersion.objects.filter(pk=draft.pk).update(verdict=Verdict.PASSED)
    services.publish(version=draft)
    facts = AuditEvent.objects.get(action="prompt.published").facts
    assert facts["verdict"] == "passed"


def test_publishing_checks_the_text_again(prompt):
    draft = services.draft_version(prompt=prompt, text="Hi {{name}}")
    Prompt.objects.update(variables={"other": {"description": "", "required": True, "sample": ""}})

    with pytest.raises(services.PromptRefused):
        services.publish(version=draft)


def test_rolling_back_publishes_a_copy_that_says_so(prompt, cleo):
    services.publish(version=services.draft_version(prompt=prompt, text="Worse {{name}}"))
    first = prompt.versions.get(number=1)

    again = services.roll_back(to_version=first, publisher=cleo)

    assert (again.number, again.text, again.note) == (3, first.text, "Back to version 1.")
    assert (again.based_on, again.published_by) == (first, cleo)
    assert list(prompt.versions.values_list("number", "state")) == [(3, "published"), (2, "retired"), (1, "retired")]
    assert AuditEvent.objects.get(action="prompt.rolled_back").facts["back_to"] == 1


def test_rolling_back_needs_a_version_that_was_published(prompt):
    draft = services.draft_version(prompt=prompt, text="Hi {{name}}")

    for version in (draft, prompt.versions.get(number=1)):
        with pytest.raises(Conflict):
            services.roll_back(to_version=version)


def test_loading_the_shipped_prompts_twice_changes_nothing(prompt):
    before = list(PromptVersion.objects.values())

    assert services.sync_defaults(shipped()) == services.SyncReport()
    assert list(PromptVersion.objects.values()) == before


def test_a_changed_default_waits_as_a_draft_beside_what_people_wrote(prompt):
    services.publish(version=services.draft_version(prompt=prompt, text="Ours {{name}}"))

    for _again in range(2):
        report = services.sync_defaults(shipped("Newly shipped {{name}}\n"))
    assert report == services.SyncReport()
    assert published_texts(prompt) == ["Ours {{name}}\n"]
    offered = prompt.versions.get(number=3)
    assert (offered.state, offered.note) == (VersionState.DRAFT, services.NEW_SHIPPED_NOTE)


def test_a_default_that_somebody_already_has_is_not_offered(prompt):
    services.draft_version(prompt=prompt, text="Newly shipped {{name}}")

    assert services.sync_defaults(shipped("Newly shipped {{name}}\n")) == services.SyncReport()


def test_loading_names_a_prompt_whose_published_text_no_longer_fits(prompt):
    services.publish(version=services.draft_version(prompt=prompt, text="Ours {{name}}"))
    changed = {"greet": DefaultPrompt("greet", "Greet", "Says hello.", {"who": Variable("Whom", True)}, "Hi {{who}}\n")}

    assert services.sync_defaults(changed) == services.SyncReport(drafted=("greet",), broken=("greet",))
    prompt.refresh_from_db()
    assert prompt.required == ("who",)


def test_the_command_loads_every_shipped_prompt_and_may_run_again(capsys):
    call_command("sync_prompts")
    assert capsys.readouterr().out.count("loaded and published") == len(GIVEN)
    call_command("sync_prompts")
    assert capsys.readouterr().out == "Every prompt is up to date.\n"
    assert set(Prompt.objects.values_list("name", flat=True)) == set(GIVEN)


def test_the_command_fails_when_a_published_text_no_longer_fits(prompt):
    call_command("sync_prompts", verbosity=0)
    condense = Prompt.objects.get(name="condense_question")
    Prompt.objects.filter(pk=condense.pk).update(variables={**condense.variables, "old": condense.variables["history"]})
    condense.refresh_from_db()
    services.publish(version=services.draft_version(prompt=condense, text="{{history}} {{question}} {{old}}"))

    with pytest.raises(CommandError, match="condense_question"):
        call_command("sync_prompts")


@pytest.mark.django_db(transaction=True)
def test_two_people_who_publish_at_once_end_with_one_published_version(prompt):
    drafts = [services.draft_version(prompt=prompt, text=f"Draft {number} {{{{name}}}}") for number in range(4)]
    barrier = threading.Barrier(len(drafts))

    def publish(draft: PromptVersion) -> None:
        barrier.wait()
        try:
            services.publish(version=draft)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(drafts)) as pool:
        list(pool.map(publish, drafts))

    states = Counter(prompt.versions.values_list("state", flat=True))
    assert states == {"published": 1, "retired": 4}
    assert AuditEvent.objects.filter(action="prompt.published").count() == 4


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_publish_after_the_same_comparison_one_is_told(prompt):
    drafts = [services.draft_version(prompt=prompt, text=f"Draft {number} {{{{name}}}}") for number in range(2)]
    barrier = threading.Barrier(len(drafts))

    def publish(draft: PromptVersion) -> bool:
        barrier.wait()
        try:
            services.publish(version=draft, instead_of_number=1)
        except Conflict:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(len(drafts)) as pool:
        assert sorted(pool.map(publish, drafts)) == [False, True]
    assert len(published_texts(prompt)) == 1


@pytest.mark.django_db(transaction=True)
def test_drafts_written_at_once_get_numbers_of_their_own(prompt):
    def write(number: int) -> int:
        try:
            return services.draft_version(prompt=prompt, text=f"Draft {number} {{{{name}}}}").number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(write, range(8))) == list(range(2, 10))
