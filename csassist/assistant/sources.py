"""Opening a citation: the words as they were shown, in their section, and whether that is still so today."""

from csassist.conversations.events import CitedPassage
from csassist.conversations.models import Citation
from csassist.core.json_types import JSONObject
from csassist.core.rendering import render_article
from knowledge.models import Document, DocumentVersion, Passage


def source_of(citation: Citation | CitedPassage) -> JSONObject:
    """
    The source of a citation. Text comes from the snapshot, so a later edit never changes what an answer rested on.

    `is_current` tells whether answers still use this version, `withdrawn` whether its document is in no answer any
    more; the rest of a withdrawn document is not shown.
    """
    document = Document.objects.select_related("live_version").filter(public_id=citation.document_id).first()
    live = document.live_version if document else None
    withdrawn = live is None
    return {
        "title": citation.title,
        "heading": " › ".join(citation.heading_path),
        "version": citation.version_number,
        "quote": citation.quote,
        "passage_text": citation.snapshot,
        "start": citation.start,
        "end": citation.end,
        "section_html": str(render_article(citation.snapshot if withdrawn else _section(citation))),
        "is_current": live is not None and live.public_id == citation.version_id,
        "withdrawn": withdrawn,
    }


def _section(citation: Citation | CitedPassage) -> str:
    """The passages under the same heading as the cited one, in order; the snapshot when they are gone."""
    passage = Passage.objects.filter(id=citation.passage_id).first()
    version = DocumentVersion.objects.filter(public_id=citation.version_id).first()
    if passage is None or version is None or passage.kind == "qa":
        return citation.snapshot
    beside = [
        one
        for one in version.passages.filter(chunking_generation=passage.chunking_generation).order_by("ordinal")
        if one.heading_path == passage.heading_path and abs(one.ordinal - passage.ordinal) <= 2
    ]
    return version.body[beside[0].start : beside[-1].end] if beside else citation.snapshot
