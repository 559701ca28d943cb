"""
Publishing a prompt with golden questions in between, as `knowledge.publication` does it for articles.

Where no golden question guards the prompt it happens at once. Going back to a version that was published before never
waits: it is what one does when something went wrong.
"""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.context import Actor, acting_as
from csassist.audit.services import record
from csassist.core.errors import AppError, Conflict, InvalidInput
from csassist.core.verdicts import REASON_MOST_CHARACTERS, Verdict
from prompts import services
from prompts.models import Prompt, PromptVersion, VersionState


@transaction.atomic
def request(
    *, version: PromptVersion, publisher: User | None = None, instead_of_number: int | None = None
) -> PromptVersion:
    """
    Publish this draft now, or as soon as the golden questions have passed with it: its `state` tells which.

    Raises what `services.publish` raises.
    """
    prompt = Prompt.objects.select_for_update().get(pk=version.prompt_id)
    version = PromptVersion.objects.select_for_update().get(pk=version.pk)
    if not prompt.is_guarded or not version.is_draft or version.may_be_published:
        return services.publish(version=version, publisher=publisher, instead_of_number=instead_of_number)
    services.check_text(prompt, version.text)
    former = prompt.versions.published().first()
    services.refuse_unseen(former, instead_of_number)
    version.verdict, version.verdict_run, version.verdict_at = Verdict.WAITING, None, None
    version.publication_requested_at, version.publication_requested_by = timezone.now(), publisher
    version.compared_with_number = former.number if former else 0
    version.save()
    record("prompt.publication_requested", version, prompt=prompt.name, version=version.number)
    return version


@transaction.atomic
def check(*, version: PromptVersion, asker: User | None = None) -> None:
    """Have the golden questions asked with this draft, without publishing it. Nothing happens where none guards it."""
    prompt = Prompt.objects.select_for_update().get(pk=version.prompt_id)
    version = PromptVersion.objects.select_for_update().get(pk=version.pk)
    if not prompt.is_guarded or not version.is_draft or version.may_be_published or version.is_waiting_for_verdict:
        return
    PromptVersion.objects.filter(pk=version.pk).update(
        verdict=Verdict.WAITING,
        verdict_run=None,
        publication_requested_at=None,
        publication_requested_by=asker,
        compared_with_number=None,
    )
    record("prompt.check_requested", version, prompt=prompt.name, version=version.number)


def waiting() -> list[PromptVersion]:
    """Drafts that wait for their verdict and that no comparison has taken yet, the longest waiting first."""
    drafts = PromptVersion.objects.drafts().filter(verdict=Verdict.WAITING, verdict_run=None)
    return list(drafts.select_related("prompt").order_by("publication_requested_at", "pk"))


def take(*, version: PromptVersion, run_id: uuid.UUID) -> bool:
    """Let this comparison decide about the draft. False when another one does already."""
    untaken = PromptVersion.objects.drafts().filter(pk=version.pk, verdict=Verdict.WAITING, verdict_run=None)
    return bool(untaken.update(verdict_run=run_id))


def settle(*, version: PromptVersion, verdict: Verdict, run_id: uuid.UUID) -> bool:
    """
    Store the verdict of the comparison that took the draft, and publish it in its publisher's name when it passed.

    False when the draft was edited, published or discarded meanwhile. A draft that cannot be published any more, as
    after somebody published another version, loses its verdict and stays.
    """
    try:
        return _settle(version, verdict, run_id)
    except AppError as error:
        drafts = PromptVersion.objects.drafts().filter(pk=version.pk, verdict_run=run_id)
        drafts.update(verdict=Verdict.NONE, verdict_run=None)
        record("prompt.publication_failed", version, version=version.number, error=error.code)
        return False


@transaction.atomic
def _settle(version: PromptVersion, verdict: Verdict, run_id: uuid.UUID) -> bool:
    mine = PromptVersion.objects.select_for_update().filter(
        pk=version.pk, verdict=Verdict.WAITING, verdict_run=run_id, state=VersionState.DRAFT
    )
    if not mine.update(verdict=verdict, verdict_at=timezone.now()):
        return False
    fresh = PromptVersion.objects.select_related("prompt", "publication_requested_by").get(pk=version.pk)
    record(
        "prompt.judged",
        fresh,
        prompt=fresh.prompt.name,
        version=fresh.number,
        verdict=str(verdict),
        run=str(run_id),
    )
    if verdict == Verdict.PASSED and fresh.publication_requested_at is not None:
        publisher = fresh.publication_requested_by
        actor = (
            Actor(kind="staff", identifier=str(publisher.pk), name=publisher.get_username()) if publisher else Actor()
        )
        with acting_as(actor):
            services.publish(version=fresh, publisher=publisher, instead_of_number=fresh.compared_with_number)
    return True


@transaction.atomic
def overrule(*, version: PromptVersion, reason: str, publisher: User) -> None:
    """Publish the draft against its verdict. Raises InvalidInput without a reason, or as `services.publish` does."""
    reason = reason.strip()[:REASON_MOST_CHARACTERS]
    if not reason:
        raise InvalidInput(_("Write why it should be published all the same."))
    stopped = PromptVersion.objects.drafts().filter(
        pk=version.pk, verdict__in=[Verdict.REGRESSED, Verdict.INCONCLUSIVE]
    )
    if not stopped.update(verdict=Verdict.OVERRULED, overrule_reason=reason):
        raise Conflict(_("No verdict stands in the way of this version any more."))
    fresh = PromptVersion.objects.get(pk=version.pk)
    record("prompt.verdict_overruled", fresh, version=fresh.number, reason=reason)
    services.publish(version=fresh, publisher=publisher, instead_of_number=fresh.compared_with_number)


def cancel(*, version: PromptVersion) -> None:
    """Do not publish it after all; the draft stays. Nothing happens to one that does not wait."""
    waiting_now = PromptVersion.objects.drafts().filter(pk=version.pk, verdict=Verdict.WAITING)
    if waiting_now.update(verdict=Verdict.NONE, verdict_run=None):
        record("prompt.publication_cancelled", version, version=version.number)
