"""
Keeping golden questions, and telling the apps below which of their texts are guarded by them.

Whether a collection or a prompt is guarded is stored there, in the same transaction: publishing must not need to know
who asks the questions.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.assistant.models import GoldenQuestion
from csassist.audit.services import record
from csassist.core.errors import InvalidInput
from csassist.core.text import detect_language
from knowledge.models import Audience, Collection, Document
from prompts.models import Prompt


@dataclass(frozen=True)
class QuestionText:
    """What a person writes when writing a golden question; `earlier` are {"speaker", "text"} objects."""

    question: str
    collection: Collection | None = None
    prompt: Prompt | None = None
    earlier: tuple[dict[str, str], ...] = ()
    reader: str = Audience.PUBLIC
    expects: str = GoldenQuestion.Expects.ANSWER
    must_contain: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    is_active: bool = True
    note: str = ""


@transaction.atomic
def write(*, text: QuestionText, question: GoldenQuestion | None = None, author: User | None = None) -> GoldenQuestion:
    """A new golden question, or this one with another text. Raises InvalidInput naming what is missing."""
    problems: dict[str, str] = {}
    if not text.question.strip():
        problems["question"] = _("Write the question as a customer would.")
    if text.collection is None and text.prompt is None:
        problems["collection"] = _("Choose what it guards: a collection, a prompt or both.")
    if problems:
        raise InvalidInput(" ".join(problems.values()), fields=problems)
    is_new = question is None
    row = GoldenQuestion(created_by=author) if question is None else question
    row.collection, row.prompt = text.collection, text.prompt
    row.question, row.language = text.question.strip(), detect_language(text.question)
    row.earlier, row.reader, row.expects = list(text.earlier), text.reader, text.expects
    row.must_contain, row.must_not_contain = list(text.must_contain), list(text.must_not_contain)
    row.is_active, row.note = text.is_active, text.note
    row.last_passed, row.last_asked_at = None, None
    row.save()
    row.documents.set(text.documents)
    refresh_guards()
    record("golden_question.written" if is_new else "golden_question.changed", row)
    return row


@transaction.atomic
def switch(*, questions: Iterable[GoldenQuestion], is_active: bool) -> int:
    """Ask these from now on, or no longer; returns how many changed."""
    changed = [one for one in questions if one.is_active != is_active]
    for one in changed:
        GoldenQuestion.objects.filter(pk=one.pk).update(is_active=is_active)
        record("golden_question.switched", one, is_active=is_active)
    refresh_guards()
    return len(changed)


@transaction.atomic
def remove(*, questions: Iterable[GoldenQuestion]) -> int:
    """Delete these; the answers of past comparisons stay. Returns how many."""
    rows = list(questions)
    for one in rows:
        record("golden_question.deleted", one)
        one.delete()
    refresh_guards()
    return len(rows)


def refresh_guards() -> None:
    """Mark exactly the collections and prompts that active golden questions guard."""
    active = GoldenQuestion.objects.active()
    collections = set(active.filter(collection__isnull=False).values_list("collection_id", flat=True))
    Collection.objects.filter(pk__in=collections, is_guarded=False).update(is_guarded=True)
    Collection.objects.exclude(pk__in=collections).filter(is_guarded=True).update(is_guarded=False)
    prompts = active.filter(prompt__isnull=False).values_list("prompt_id", flat=True)
    guarded = Prompt.objects.all() if collections else Prompt.objects.filter(pk__in=set(prompts))
    Prompt.objects.filter(pk__in=guarded.values("pk"), is_guarded=False).update(is_guarded=True)
    Prompt.objects.exclude(pk__in=guarded.values("pk")).filter(is_guarded=True).update(is_guarded=False)
