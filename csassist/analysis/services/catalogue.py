"""
Writing the catalogue: intents, and the sentences that show them.

The same sentence stands in the catalogue once. A person's newest word on it wins; a file never overrules a person.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from csassist.accounts.models import User
from csassist.analysis.models import Intent, IntentExample, MessageReading
from csassist.analysis.models.catalogue import TEXT_MOST_CHARACTERS, ExampleLanguage
from csassist.analysis.reading import OUT_OF_SCOPE
from csassist.audit.services import record
from csassist.core.errors import Conflict, InvalidInput
from csassist.core.redaction import mask_personal
from csassist.core.text import detect_language, normalise

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
EXAMPLES_AT_ONCE: Final = 500
MOST_NAMED: Final = 10
Source = IntentExample.Source


@dataclass(frozen=True)
class IntentText:
    """What a person writes about an intent. One name is enough; the other language shows it too."""

    key: str
    name_en: str = ""
    name_zh: str = ""
    description_en: str = ""
    description_zh: str = ""
    is_active: bool = True
    position: int = 0


@dataclass(frozen=True)
class ExampleText:
    """`label` is an intent's key, or "oos". Without a language, the text decides. `place` says where a file has it."""

    text: str
    label: str
    language: str = ""
    place: str = ""


@dataclass(frozen=True)
class ImportOutcome:
    """`problems` are sentences about the first examples that were left out; `left_out_count` is how many there are."""

    added_count: int
    known_count: int
    left_out_count: int
    problems: tuple[str, ...] = ()


@transaction.atomic
def write_intent(*, text: IntentText, intent: Intent | None = None) -> Intent:
    """A new intent, or this one with other words; a key never changes. Raises InvalidInput naming each field."""
    problems = _problems(text, is_new=intent is None)
    if problems:
        raise InvalidInput(" ".join(problems.values()), fields=problems)
    row = intent or Intent(key=text.key)
    for name in ("name_en", "name_zh", "description_en", "description_zh"):
        setattr(row, name, " ".join(getattr(text, name).split()))
    row.is_active, row.position = text.is_active, text.position
    row.save()
    record("intent.written" if intent is None else "intent.changed", row, key=row.key, is_active=row.is_active)
    return row


@transaction.atomic
def switch_intents(*, intents: Iterable[Intent], is_active: bool) -> int:
    """Read and train these from now on, or no longer; returns how many changed."""
    changed = [one for one in intents if one.is_active != is_active]
    for one in changed:
        Intent.objects.filter(pk=one.pk).update(is_active=is_active)
        record("intent.switched", one, key=one.key, is_active=is_active)
    return len(changed)


@transaction.atomic
def remove_intents(*, intents: Iterable[Intent]) -> int:
    """Delete these with their examples; what was read before keeps its key. Returns how many."""
    rows = list(intents)
    for one in rows:
        record("intent.deleted", one, key=one.key, examples=one.examples.count())
        one.delete()
    return len(rows)


@transaction.atomic
def add_examples(
    *, examples: Iterable[ExampleText], by: User | None = None, source: IntentExample.Source = Source.WRITTEN
) -> ImportOutcome:
    """
    Add what is not there yet. Left out and named: an unknown intent, an empty text, one that is too long, and a
    sentence that stands under another intent already.
    """
    keys = dict(Intent.objects.values_list("key", "pk"))
    wanted: dict[tuple[str, str], IntentExample] = {}
    problems: list[str] = []
    given_count = 0
    for example in examples:
        given_count += 1
        row = _row(example, keys, by, source)
        if isinstance(row, str):
            problems.append(f"{example.place} {row}".strip())
            continue
        first = wanted.setdefault((row.language, row.digest), row)
        if first.intent_id != row.intent_id:
            problems.append(f"{example.place} {_already(row.text)}".strip())
    known = _known(wanted)
    new = [row for name, row in wanted.items() if name not in known]
    problems += [_already(row.text) for name, row in wanted.items() if known.get(name, row.intent_id) != row.intent_id]
    IntentExample.objects.bulk_create(new, batch_size=EXAMPLES_AT_ONCE)
    if new:
        record("intent.examples_added", by or new[0], count=len(new), source=str(source))
    known_count = given_count - len(new) - len(problems)
    return ImportOutcome(len(new), known_count, len(problems), tuple(problems[:MOST_NAMED]))


@transaction.atomic
def move_example(*, example: IntentExample, intent: Intent | None) -> None:
    """The sentence shows another intent; None is out of scope."""
    IntentExample.objects.filter(pk=example.pk).update(intent=intent)
    record("intent.example_moved", example, to=intent.key if intent else OUT_OF_SCOPE)


@transaction.atomic
def remove_examples(*, examples: Sequence[IntentExample]) -> int:
    """Delete these; returns how many. The trained models stay as they are until the next one."""
    pks = [one.pk for one in examples]
    if pks:
        record("intent.examples_removed", examples[0], count=len(pks))
        IntentExample.objects.filter(pk__in=pks).delete()
    return len(pks)


def learn_from(*, reading: MessageReading, intent: Intent | None, by: User) -> IntentExample | None:
    """
    The message as an example of the intent, without what names a person; None for a message without words.

    Of a long message, the beginning. Inside the transaction of the correction.
    """
    text = mask_personal(normalise(reading.message.text))[:TEXT_MOST_CHARACTERS].strip()
    if not text:
        return None
    example, created = IntentExample.objects.get_or_create(
        language=_language(reading.language, text),
        digest=digest_of(text),
        defaults={
            "text": text,
            "intent": intent,
            "source": Source.CORRECTION,
            "reading": reading,
            "created_by": by,
        },
    )
    if not created and example.intent != intent:
        example.intent, example.source = intent, Source.CORRECTION
        example.save(update_fields=["intent", "source"])
    return example


def require_intent(key: str) -> Intent | None:
    """The intent of this key, None for out of scope. Raises Conflict for one that is not there any more."""
    if key == OUT_OF_SCOPE:
        return None
    intent = Intent.objects.filter(key=key).first()
    if intent is None:
        raise Conflict(_("There is no intent “%(key)s”.") % {"key": key[:64]})
    return intent


def digest_of(text: str) -> str:
    """The same for texts that differ in case, width and spacing only."""
    return hashlib.sha256(normalise(text).casefold().encode()).hexdigest()


def _problems(text: IntentText, *, is_new: bool) -> dict[str, str]:
    problems: dict[str, str] = {}
    if is_new:
        if KEY.fullmatch(text.key) is None or text.key == OUT_OF_SCOPE:
            problems["key"] = _("A key is small letters, digits and _, beginning with a letter: refund_status.")
        elif Intent.objects.filter(key=text.key).exists():
            problems["key"] = _("There is an intent with this key already.")
    if not text.name_en.strip() and not text.name_zh.strip():
        problems["name_en"] = _("Give it a name in at least one language.")
    for name, most in (("name_en", 100), ("name_zh", 100), ("description_en", 500), ("description_zh", 500)):
        if len(getattr(text, name)) > most:
            problems[name] = _("At most %(most)d characters.") % {"most": most}
    return problems


def _row(
    example: ExampleText, keys: dict[str, int], by: User | None, source: IntentExample.Source
) -> IntentExample | str:
    """The example as a row, or what is wrong with it."""
    text = normalise(example.text)
    if not text:
        return _("The text is missing.")
    if len(text) > TEXT_MOST_CHARACTERS:
        return _("The text is longer than %(most)d characters.") % {"most": TEXT_MOST_CHARACTERS}
    if example.label != OUT_OF_SCOPE and example.label not in keys:
        return _("There is no intent “%(key)s”.") % {"key": example.label[:64]}
    return IntentExample(
        intent_id=keys.get(example.label),
        text=text,
        digest=digest_of(text),
        language=_language(example.language, text),
        source=source,
        created_by=by,
    )


def _known(wanted: dict[tuple[str, str], IntentExample]) -> dict[tuple[str, str], int | None]:
    """Which of these stand in the catalogue already, and under which intent."""
    digests = [digest for _language, digest in wanted]
    known: dict[tuple[str, str], int | None] = {}
    for start in range(0, len(digests), EXAMPLES_AT_ONCE):
        stored = IntentExample.objects.filter(digest__in=digests[start : start + EXAMPLES_AT_ONCE])
        rows = stored.values_list("language", "digest", "intent")
        known |= {(language, digest): intent for language, digest, intent in rows}
    return known


def _already(text: str) -> str:
    return _("“%(text)s” stands under another intent already.") % {"text": text[:80]}


def _language(given: str, text: str) -> str:
    return given if given in ExampleLanguage.values else detect_language(text)
