"""The one write that changes what answers may use: a document's published version becomes its live one."""

from django.utils import timezone

from knowledge.models import Document, DocumentVersion, VersionState


def make_live(document: Document) -> bool:
    """
    Let answers use the published version, inside the caller's transaction and with the document locked.

    False when it is not in effect yet. Call it only once the live indexes hold the version's passages.
    """
    version = document.published_version
    if version is None:
        return False
    if version.effective_from and version.effective_from > timezone.now():
        return False
    if document.live_version_id and document.live_version_id != version.pk:
        former = DocumentVersion.objects.filter(pk=document.live_version_id, state=VersionState.PUBLISHED)
        former.update(state=VersionState.SUPERSEDED)
    document.live_version = version
    document.save(update_fields=["live_version"])
    return True
