"""
Writing, publishing and rendering prompts.

Publishing is one transaction under a lock of the prompt, so two people who publish at once end with one published
version and a record of both. Rendering never fails for want of a row: a prompt that was not loaded yet is read from
its shipped file.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput, NotFound
from csassist.core.verdicts import CheckNeeded, Verdict
from prompts import templating
from prompts.defaults import DefaultPrompt, load_default, load_defaults
from prompts.models import Prompt, PromptVersion, VersionState
from prompts.secret_patterns import secrets_in

TEXT_MOST_CHARACTERS = 20_000
SHIPPED_NOTE = "Shipped with csassist."
NEW_SHIPPED_NOTE = "New default text shipped with csassist. Compare it with yours before you publish it."


@dataclass(frozen=True)
class RenderedPrompt:
    """What goes to the model and which version it was; number 0 and no id when the shipped file was read."""

    name: str
    version_number: int
    version_id: uuid.UUID | None
    text: str


@dataclass(frozen=True)
class SyncReport:
    """Names of prompts: `created` with version 1, `drafted` a new default, `broken` need a new version by a person."""

    created: tuple[str, ...] = ()
    drafted: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


class PromptRefused(InvalidInput):
    """The text cannot be a version of this prompt; `reasons` is written for its author, one sentence each."""

    code = "prompt_refused"

    def __init__(self, reasons: tuple[str, ...], problems: templating.TemplateProblems) -> None:
        super().__init__(" ".join(reasons), unknown=list(problems.unknown), missing=list(problems.missing))
        self.reasons = reasons


def render(name: str, variables: Mapping[str, str], *, version: PromptVersion | None = None) -> RenderedPrompt:
    """
    The published version, or the one given, with its variables filled in. Raises NotFound, or MissingVariables naming
    every one.
    """
    version = version or PromptVersion.objects.published().filter(prompt__name=name).first()
    if version is not None:
        text = templating.render(version.text, variables)
        return RenderedPrompt(name, version.number, version.public_id, text)
    default = load_default(name)
    if default is None:
        raise NotFound(f"There is no prompt called {name}.")
    return RenderedPrompt(name, 0, None, templating.render(default.text, variables))


def check_text(prompt: Prompt, text: str) -> None:
    """Raises PromptRefused with every reason why the text cannot be a version of this prompt."""
    problems = templating.check(text, prompt.allowed, prompt.required)
    reasons = []
    if not text.strip():
        reasons.append(_("Write the text first."))
    if len(text) > TEXT_MOST_CHARACTERS:
        reasons.append(_("The text is longer than %(most)s characters.") % {"most": TEXT_MOST_CHARACTERS})
    if problems.unknown:
        reasons.append(_("This prompt has no variable called: %(names)s.") % {"names": ", ".join(problems.unknown)})
    if problems.missing:
        reasons.append(_("The text must contain: %(names)s.") % {"names": _in_braces(problems.missing)})
    if kinds := secrets_in(text):
        reasons.append(_("The text seems to hold a secret (%(kinds)s). Remove it.") % {"kinds": ", ".join(kinds)})
    if reasons:
        raise PromptRefused(tuple(reasons), problems)


@transaction.atomic
def draft_version(
    *, prompt: Prompt, text: str, note: str = "", author: User | None = None, based_on: PromptVersion | None = None
) -> PromptVersion:
    """A new draft with the next number. Raises PromptRefused."""
    prompt = Prompt.objects.select_for_update().get(pk=prompt.pk)
    check_text(prompt, text)
    version = _add_version(prompt, text=text, note=note, author=author, based_on=based_on)
    record("prompt.version_drafted", version, prompt=prompt.name, version=version.number)
    return version


@transaction.atomic
def edit_draft(*, version: PromptVersion, text: str, note: str = "") -> PromptVersion:
    """Change a draft in place. Raises PromptRefused, or Conflict once customers were answered with it."""
    version = PromptVersion.objects.select_for_update().select_related("prompt").get(pk=version.pk)
    if not version.is_draft:
        raise Conflict(_("This version was published and cannot be edited. Write a new version instead."))
    _refuse_shown(version)
    check_text(version.prompt, text)
    version.text, version.note = _clean(text), note
    version.verdict, version.verdict_run, version.verdict_at = Verdict.NONE, None, None
    version.save(update_fields=["text", "note", "verdict", "verdict_run", "verdict_at"])
    record("prompt.draft_edited", version, prompt=version.prompt.name, version=version.number)
    return version


@transaction.atomic
def discard_draft(*, version: PromptVersion) -> None:
    """Delete a draft with its plans. Raises Conflict once customers were answered with it."""
    version = PromptVersion.objects.select_for_update().select_related("prompt").get(pk=version.pk)
    if not version.is_draft:
        raise Conflict(_("A version that was published cannot be deleted."))
    _refuse_shown(version)
    version.experiments.all().delete()
    record("prompt.draft_discarded", version, prompt=version.prompt.name, version=version.number)
    version.delete()


@transaction.atomic
def publish(
    *,
    version: PromptVersion,
    publisher: User | None = None,
    instead_of_number: int | None = None,
) -> PromptVersion:
    """
    Make this draft the text that is used from now on.

    `instead_of_number` is the published version its publisher compared it with (0 for none): Conflict when another one
    was published since. Also Conflict when it is no draft; PromptRefused when the prompt's variables have changed since
    it was written; CheckNeeded when golden questions guard the prompt and have not passed with this text
    (`publication.request` sees to that).
    """
    prompt = Prompt.objects.select_for_update().get(pk=version.prompt_id)
    version = PromptVersion.objects.select_for_update().get(pk=version.pk)
    if not version.is_draft:
        raise Conflict(_("Version %(number)s was published before.") % {"number": version.number})
    check_text(prompt, version.text)
    former = prompt.versions.published().first()
    refuse_unseen(former, instead_of_number)
    require_verdict(prompt, version)
    _make_published(version, former, publisher)
    record(
        "prompt.published",
        version,
        prompt=prompt.name,
        version=version.number,
        instead_of=former.number if former else None,
        verdict=version.verdict or None,
    )
    return version


@transaction.atomic
def roll_back(
    *, to_version: PromptVersion, publisher: User | None = None, instead_of_number: int | None = None
) -> PromptVersion:
    """
    Publish a copy of a retired version under a new number, so that history stays in one line.

    Raises Conflict when the version was never published or is the published one, or as `publish` does.
    """
    prompt = Prompt.objects.select_for_update().get(pk=to_version.prompt_id)
    to_version = PromptVersion.objects.get(pk=to_version.pk)
    if to_version.state != VersionState.RETIRED:
        raise Conflict(_("You can only go back to a version that was published before."))
    check_text(prompt, to_version.text)
    former = prompt.versions.published().first()
    refuse_unseen(former, instead_of_number)
    note = _("Back to version %(number)s.") % {"number": to_version.number}
    version = _add_version(prompt, text=to_version.text, note=note, author=publisher, based_on=to_version)
    _make_published(version, former, publisher)
    record("prompt.rolled_back", version, prompt=prompt.name, version=version.number, back_to=to_version.number)
    return version


@transaction.atomic
def sync_defaults(defaults: Mapping[str, DefaultPrompt] | None = None) -> SyncReport:
    """
    Load the shipped prompts: new ones as a published version 1, changed ones as a draft beside what people wrote.

    Titles, purposes and variables follow the files, because the code that fills them in does. Running it again
    changes nothing.
    """
    created, drafted, broken = [], [], []
    for default in (load_defaults() if defaults is None else defaults).values():
        prompt = Prompt.objects.select_for_update().filter(name=default.name).first()
        if prompt is None:
            _create_from(default)
            created.append(default.name)
            continue
        if _offer_default(prompt, default):
            drafted.append(default.name)
        if _is_broken(prompt):
            broken.append(default.name)
    return SyncReport(tuple(created), tuple(drafted), tuple(broken))


def _create_from(default: DefaultPrompt) -> None:
    prompt = Prompt(name=default.name)
    _declare(prompt, default)
    version = _add_version(prompt, text=default.text, note=SHIPPED_NOTE)
    _make_published(version, None, None)
    record("prompt.loaded", version, prompt=prompt.name, version=version.number)


def _offer_default(prompt: Prompt, default: DefaultPrompt) -> bool:
    """Whether the default had changed and nobody has its text yet, so that a draft was written."""
    is_known = prompt.default_digest == default.digest
    _declare(prompt, default)
    if is_known or prompt.versions.filter(text=default.text).exists():
        return False
    version = _add_version(prompt, text=default.text, note=NEW_SHIPPED_NOTE)
    record("prompt.default_offered", version, prompt=prompt.name, version=version.number)
    return True


def _declare(prompt: Prompt, default: DefaultPrompt) -> None:
    prompt.title, prompt.purpose = default.title, default.purpose
    prompt.variables = default.declared_variables
    prompt.default_digest = default.digest
    prompt.save()


def _is_broken(prompt: Prompt) -> bool:
    published = prompt.versions.published().first()
    return published is not None and bool(templating.check(published.text, prompt.allowed, prompt.required))


def _add_version(
    prompt: Prompt, *, text: str, note: str, author: User | None = None, based_on: PromptVersion | None = None
) -> PromptVersion:
    newest: int = prompt.versions.aggregate(newest=Max("number"))["newest"] or 0
    return PromptVersion.objects.create(
        prompt=prompt, number=newest + 1, text=_clean(text), note=note, created_by=author, based_on=based_on
    )


def _make_published(version: PromptVersion, former: PromptVersion | None, publisher: User | None) -> None:
    if former is not None:
        former.state = VersionState.RETIRED
        former.save(update_fields=["state"])
    version.state = VersionState.PUBLISHED
    version.published_at = timezone.now()
    version.published_by = publisher
    version.save(update_fields=["state", "published_at", "published_by"])


def require_verdict(prompt: Prompt, version: PromptVersion) -> None:
    """Raise CheckNeeded when golden questions guard the prompt and have not passed with this text."""
    if prompt.is_guarded and not version.may_be_published:
        raise CheckNeeded(_("Version %(number)s has to pass the golden questions first.") % {"number": version.number})


def refuse_unseen(former: PromptVersion | None, instead_of_number: int | None) -> None:
    now_published = former.number if former else 0
    if instead_of_number is not None and instead_of_number != now_published:
        raise Conflict(
            _("Version %(number)s was published in the meantime. Compare again before you publish.")
            % {"number": now_published}
        )


def _refuse_shown(version: PromptVersion) -> None:
    """What customers' answers were written with stays as it was."""
    if version.experiments.started().exists():
        raise Conflict(_("Customers were answered with this draft in an experiment. Write a new version instead."))


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip() + "\n"


def _in_braces(names: tuple[str, ...]) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)
