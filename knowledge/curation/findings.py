"""Keeping what the checks found, and what people decide about it."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from knowledge.curation.comparing import Issue
from knowledge.models import Document, DocumentCheck, DocumentVersion, Finding

State = Finding.State
COMPARED_KINDS = (Finding.Kind.CONTRADICTION, Finding.Kind.NEAR_DUPLICATE)
SCANNED_KINDS = (Finding.Kind.STALE, Finding.Kind.UNUSED)
REASON_MOST_CHARACTERS = 300


@transaction.atomic
def store_comparison(
    *, document: Document, issues: Sequence[Issue], compared: DocumentVersion | None, rules: int
) -> None:
    """Keep what comparing this version found; what was found before and is gone resolves by itself."""
    _store(document, issues, COMPARED_KINDS)
    DocumentCheck.objects.filter(document=document).update(
        version=compared, rules=rules, compared_at=timezone.now(), lease_until=None
    )
    if compared is None:
        _resolve(document, SCANNED_KINDS, kept=())


@transaction.atomic
def store_scan(*, document: Document, issues: Sequence[Issue]) -> None:
    """Keep what today's look at age and use found."""
    _store(document, issues, SCANNED_KINDS)
    DocumentCheck.objects.filter(document=document).update(scanned_at=timezone.now())


@transaction.atomic
def dismiss(*, finding: Finding, reason: str, by: User) -> None:
    """It is no fault, a person says, and why. It does not come back unless the text changes."""
    reason = " ".join(reason.split())[:REASON_MOST_CHARACTERS]
    if not reason:
        raise InvalidInput(_("Say why it is no fault."), fields={"reason": _("Say why it is no fault.")})
    locked = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if locked.state != State.OPEN:
        raise Conflict(_("It is no longer open."))
    locked.state, locked.dismissed_by, locked.dismissed_at = State.DISMISSED, by, timezone.now()
    locked.dismiss_reason = reason
    locked.save(update_fields=["state", "dismissed_by", "dismissed_at", "dismiss_reason"])
    record("finding.dismissed", locked, kind=locked.kind, reason=reason)


@transaction.atomic
def reopen(*, finding: Finding) -> None:
    """A dismissal is taken back."""
    locked = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if locked.state != State.DISMISSED:
        raise Conflict(_("It is not dismissed."))
    locked.state, locked.dismissed_by, locked.dismissed_at, locked.dismiss_reason = State.OPEN, None, None, ""
    locked.save(update_fields=["state", "dismissed_by", "dismissed_at", "dismiss_reason"])
    record("finding.reopened", locked, kind=locked.kind)


def _store(document: Document, issues: Sequence[Issue], kinds: Sequence[str]) -> None:
    kept: list[str] = []
    for issue in issues:
        live = DocumentVersion.objects.filter(
            document__public_id__in=issue.documents, document__live_version=F("pk")
        ).without_text()
        versions = {str(one.document.public_id): one for one in live.select_related("document")}
        if set(issue.documents) <= versions.keys():  # else one was withdrawn meanwhile
            kept.append(issue.key)
            _keep(issue, [versions[one] for one in dict.fromkeys(issue.documents)])
    _resolve(document, kinds, kept=kept)


def _keep(issue: Issue, versions: Sequence[DocumentVersion]) -> None:
    one, other = versions[0], versions[1] if len(versions) > 1 else None
    evidence = issue.as_evidence()
    finding, created = Finding.objects.get_or_create(
        key=issue.key,
        defaults={
            "kind": issue.kind,
            "document": one.document,
            "version": one,
            "other_document": other.document if other else None,
            "other_version": other,
            "score": issue.score,
            "evidence": evidence,
        },
    )
    if created:
        return
    current = {version.document_id: version for version in versions}
    finding.version = current[finding.document_id]
    finding.other_version = current.get(finding.other_document_id or 0)
    finding.last_seen = timezone.now()
    if issue.kind in SCANNED_KINDS:
        finding.evidence = evidence
    if finding.state == State.RESOLVED:
        finding.state, finding.resolved_at = State.OPEN, None
    finding.save()


def _resolve(document: Document, kinds: Sequence[str], *, kept: Sequence[str]) -> None:
    """What is not there any more; a dismissed finding keeps the decision that was made about it."""
    gone = Finding.objects.about(document).open().filter(kind__in=kinds).exclude(key__in=kept)
    gone.update(state=State.RESOLVED, resolved_at=timezone.now())


def check_all_again() -> int:
    """Every document is due again; returns how many."""
    return DocumentCheck.objects.filter(document__live_version__isnull=False).update(rules=0, scanned_at=None)
