"""
From a gap to the draft of an article: passages that already say something of the matter, quoted; or, with a model, a
text made of them whose every sentence is checked as an answer's is.

The draft goes to review and is never published by itself. A model writes into it only as long as no person has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from csassist.accounts.models import User
from csassist.assistant.citations import SentenceReader, WrittenSentence
from csassist.assistant.phrases import LANGUAGE_NAMES
from csassist.assistant.verification import verify
from csassist.assistant.writing import NO_ANSWER
from csassist.audit.services import record
from csassist.core.errors import Conflict
from csassist.core.figures import Figure, missing_figures, read_figures
from csassist.core.text import Language
from csassist.llm import chat_model, is_configured
from csassist.llm.choices import chosen_model
from knowledge import services
from knowledge.editing import fingerprint
from knowledge.engine import production_engine
from knowledge.models import Audience, Collection, Document, DocumentVersion, Gap
from knowledge.ports import PassageRecord, Query
from knowledge.retrieval import retrieve
from knowledge.selectors import collections_visible_to
from knowledge.tokenizing import index_tokens
from prompts.fences import fence_message, fence_source
from prompts.services import render

MOST_PASSAGES: Final = 6
MOST_QUESTIONS: Final = 12
MATERIAL_TOKENS: Final = 2_500
MODEL_TRIES: Final = 5
LANGUAGES: Final[dict[str, Language]] = {"en": "en", "zh": "zh"}
INTERFACE_LANGUAGES: Final = {"en": "en", "zh": "zh-hans"}


@dataclass(frozen=True, slots=True)
class DraftText:
    """What a model wrote and the check left of it."""

    body: str
    left_out_count: int


def draft_article(*, gap: Gap, collection: Collection, author: User) -> Document:
    """
    A draft in this collection with the gap's questions, made of quoted passages, in review. Raises Conflict when the
    gap has one already, Unavailable when nothing can be searched.
    """
    questions = _questions(gap)
    material = _material(gap, questions, Audience(collection.audience))
    with transaction.atomic():
        locked = Gap.objects.select_for_update().get(pk=gap.pk)
        if locked.draft_id is not None or locked.merged_into_id is not None:
            raise Conflict(_("An article has been drafted already."))
        text = services.VersionText(
            title=locked.label,
            body=quoted_body(material),
            language=locked.language,
            questions=tuple(questions),
            note=_("Drafted from questions that no article answered."),
        )
        place = services.Place(collection, owner=author)
        document = services.create_document(place=place, text=text, author=author)
        version = document.versions.get()
        services.submit_for_review(version=version)
        version.refresh_from_db()
        locked.draft, locked.state, locked.draft_seen = document, Gap.State.DRAFTED, fingerprint(version)
        locked.draft_tries_left = MODEL_TRIES if is_configured() and material else 0
        locked.save(update_fields=["draft", "state", "draft_seen", "draft_tries_left"])
        record("gap.drafted", locked, document=str(document.public_id))
    return document


def write_with_model(gap: Gap) -> bool:
    """
    Put a model's text into the gap's draft; False when the model had nothing that holds, or a person wrote first.

    Raises ModelError, and Unavailable when nothing can be searched.
    """
    versions = DocumentVersion.objects.filter(document=gap.draft_id).newest()
    version = versions.select_related("document__collection").first()
    if version is None or fingerprint(version) != gap.draft_seen:
        return False
    questions = _questions(gap)
    material = _material(gap, questions, Audience(version.document.collection.audience))
    prompt = render(
        "draft_article",
        {
            "company_name": settings.CSASSIST_COMPANY_NAME,
            "language_name": LANGUAGE_NAMES[LANGUAGES.get(gap.language, "en")],
            "questions": fence_message("\n".join(f"- {question}" for question in questions)),
            "sources": "\n\n".join(
                fence_source(number=number, title=one.title, heading=" › ".join(one.heading_path), text=one.text)
                for number, one in enumerate(material, 1)
            ),
        },
    )
    written = chat_model("draft", model=chosen_model()).invoke(prompt.text).text
    checked = check_draft(str(written), material, LANGUAGES.get(gap.language, "en"))
    return bool(checked.body) and _replace(gap, version, checked)


def quoted_body(material: Sequence[PassageRecord]) -> str:
    """The passages under a heading for each article, for a person to turn into an answer; empty without any."""
    parts: list[str] = []
    for one in material:
        heading = f"## {one.title}"
        parts += [] if heading in parts else [heading]
        lines = [line for line in one.text.strip().splitlines() if not line.startswith("#")]
        parts.append("\n".join(f"> {line}".rstrip() for line in "\n".join(lines).strip().splitlines()))
    return "\n\n".join(parts) + "\n" if parts else ""


def check_draft(written: str, material: Sequence[PassageRecord], language: Language) -> DraftText:
    """What of a model's text rests on the material, with its headings; the rest is left out and counted."""
    if written.strip().startswith(NO_ANSWER):
        return DraftText("", 0)
    texts = {
        number: "\n".join((one.title, *one.heading_path, one.text)) for number, one in enumerate(material, 1)
    }  # fmt: skip
    reader = SentenceReader(len(material))
    kept: list[WrittenSentence] = []
    left_out = 0
    for sentence in (*reader.feed(written), *reader.close()):
        if sentence.text.startswith("#"):
            holds = not missing_figures(read_figures(sentence.text).figures, _figures(texts.values()))
        else:
            holds = verify(sentence.text, sentence.cited, texts, index_tokens, language=language).fault is None
        if holds:
            kept.append(sentence)
        else:
            left_out += 1
    said = _without_empty_headings(kept)
    return DraftText("".join(f"{one.lead}{one.text}" for one in said).strip(), left_out)


def _without_empty_headings(kept: Sequence[WrittenSentence]) -> list[WrittenSentence]:
    following = [*kept[1:], None]
    return [
        one
        for one, after in zip(kept, following, strict=True)
        if not one.text.startswith("#") or (after is not None and not after.text.startswith("#"))
    ]


def _figures(texts: Iterable[str]) -> list[Figure]:
    return [figure for text in texts for figure in read_figures(text).figures]


@transaction.atomic
def _replace(gap: Gap, version: DocumentVersion, checked: DraftText) -> bool:
    """Only while the draft is as it was made: a person's words are never written over."""
    locked = DocumentVersion.objects.select_for_update().get(pk=version.pk)
    if fingerprint(locked) != gap.draft_seen:
        return False
    with override(INTERFACE_LANGUAGES.get(gap.language, "en")):
        note = ngettext(
            "Drafted by the model from existing articles; %(count)d sentence without support was left out.",
            "Drafted by the model from existing articles; %(count)d sentences without support were left out.",
            checked.left_out_count,
        ) % {"count": checked.left_out_count}
    services.edit_draft(
        version=locked,
        text=services.VersionText(
            title=locked.title,
            body=checked.body + "\n",
            language=locked.language,
            questions=tuple(locked.questions),
            note=note,
        ),
    )
    locked.refresh_from_db()
    Gap.objects.filter(pk=gap.pk).update(draft_seen=fingerprint(locked))
    return True


def _questions(gap: Gap) -> list[str]:
    """What was asked, each once, the gap's own first."""
    asked = gap.questions.order_by("-asked_at").values_list("text", flat=True)[: 4 * MOST_QUESTIONS]
    return list(dict.fromkeys([gap.label, *asked]))[:MOST_QUESTIONS]


def _material(gap: Gap, questions: Sequence[str], reader: Audience) -> list[PassageRecord]:
    """What the readers of the future article may already read of the matter; nothing that nobody vouches for."""
    engine, _generation = production_engine()
    found = retrieve(
        Query(
            text="\n".join(questions[:3]),
            collections=collections_visible_to(reader),
            language=gap.language,
            limit=MOST_PASSAGES,
            budget_tokens=MATERIAL_TOKENS,
        ),
        engine,
    )
    return [ranked.passage for ranked in found.passages if ranked.passage.is_trusted]
