"""Searching the help centre: the search that answers rest on, its passages grouped by article."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Length

from csassist.assistant.decision import CLARIFY_FROM
from csassist.assistant.gate import support
from csassist.core.errors import Unavailable
from csassist.core.logs import emit
from csassist.core.rendering import anchor_of
from csassist.web.help_centre.excerpts import Piece, excerpt, marked, plain
from knowledge.article_parts import PART_CHARACTERS, article_parts, part_number, row_parts
from knowledge.articles import address_of, readable
from knowledge.engine import production_engine, words_engine
from knowledge.models import Audience, Document, Passage, VersionKind
from knowledge.ports import Query, RankedPassage, RetrievalResult
from knowledge.question_files import from_lines
from knowledge.retrieval import retrieve
from knowledge.selectors import collections_visible_to

QUESTION_MAX_CHARACTERS = 300
MOST_PASSAGES = 60
MOST_TOKENS = 60_000
MOST_UNSURE = 5
QUESTIONS_OF_RELATED = 3  # a short title alone is mostly small words
# What scores less than this share of the best passage is not worth a look; without any word of the question it must be
# nearer still.
LEAST_OF_BEST_RATIO = 0.35
LEAST_WITHOUT_WORDS_RATIO = 0.6


@dataclass(frozen=True)
class Hit:
    """One article, or one row of a list of questions, with the place where the words stand."""

    address: str
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    document: Document
    heading: str


@dataclass(frozen=True)
class Found:
    """
    `hits` are best first. `is_sure` says that they probably answer the question. `is_degraded` that one of the two
    indexes could not be asked, `is_down` that neither could. `elsewhere_count` is what the other languages would give.
    """

    hits: tuple[Hit, ...] = ()
    is_sure: bool = False
    is_degraded: bool = False
    is_down: bool = False
    elsewhere_count: int = 0


def search_articles(question: str, *, reader: Audience, language: str) -> Found:
    """What the reader may open that matches the question, in this language or, when it is empty, in every one."""
    try:
        engine, generation = production_engine()
    except Unavailable as error:
        emit("index.unavailable", leg="both", error=error.code)
        return Found(is_down=True)
    query = Query(
        text=question, collections=collections_visible_to(reader), limit=MOST_PASSAGES, budget_tokens=MOST_TOKENS
    )
    found = retrieve(query, engine)
    if len(found.degraded) == 2:
        return Found(is_down=True)
    probability = support(found.evidence, recipe=generation.recipe, is_dense_down="dense" in found.degraded)
    # A name or a code that stands whole in the first passage is found, whatever the gate says of so short a question.
    is_sure = probability >= CLARIFY_FROM or found.evidence.coverage_at_1 > 0.999
    passages = _worth_a_look(found, is_sure=is_sure)
    wanted = [one for one in passages if not language or one.passage.language == language]
    documents, shown = ({one.passage.document_id for one in some} for some in (passages, wanted))
    return Found(
        hits=tuple(_hits(wanted, question, reader)[: None if is_sure else MOST_UNSURE]),
        is_sure=is_sure,
        is_degraded=bool(found.degraded),
        elsewhere_count=len(documents - shown),
    )


def related_ids(document: Document, *, reader: Audience, most: int) -> tuple[str, ...]:
    """
    The ids of other documents in the same language that a search for this one's title and questions finds, by words
    alone so that the page never waits for an embedding or a network; none when there is no index.
    """
    version = document.live_version
    if version is None:
        return ()
    try:
        engine = words_engine()
    except Unavailable:
        return ()
    query = Query(
        text="\n".join([version.title, *map(str, version.questions[:QUESTIONS_OF_RELATED])]),
        collections=collections_visible_to(reader),
        language=version.language if version.language in {"en", "zh"} else None,
        limit=MOST_PASSAGES,
        budget_tokens=MOST_TOKENS,
    )
    found = [one.passage for one in retrieve(query, engine).passages if one.passage.language == version.language]
    ids = dict.fromkeys(passage.document_id for passage in found if passage.document_id != str(document.public_id))
    return tuple(ids)[:most]


def _worth_a_look(found: RetrievalResult, *, is_sure: bool) -> list[RankedPassage]:
    """Without the long tail; when nothing answers the question, only what at least shares words with it."""
    best = max((one.score for one in found.passages), default=0.0)
    return [one for one in found.passages if _is_near(one, best, is_sure=is_sure)]


def _is_near(one: RankedPassage, best: float, *, is_sure: bool) -> bool:
    if one.explanation.lexical_rank is None:
        return is_sure and one.score >= LEAST_WITHOUT_WORDS_RATIO * best
    return one.score >= LEAST_OF_BEST_RATIO * best


def _hits(passages: Sequence[RankedPassage], question: str, reader: Audience) -> list[Hit]:
    firsts: dict[str, RankedPassage] = {}
    for one in passages:
        key = one.passage.id if one.passage.kind == "qa" else one.passage.document_id
        firsts.setdefault(key, one)
    documents = {
        str(document.public_id): document
        for document in readable(reader).filter(public_id__in={one.passage.document_id for one in firsts.values()})
    }
    places = _places(list(firsts.values()), documents)
    return [
        _hit(one, documents[one.passage.document_id], places.get(one.passage.id, ""), question)
        for one in firsts.values()
        if one.passage.document_id in documents
    ]


def _hit(one: RankedPassage, document: Document, place: str, question: str) -> Hit:
    passage = one.passage
    address = address_of(document) + place
    if passage.kind == "qa":
        asked = passage.questions[0] if passage.questions else passage.text.split("\n", 1)[0]
        answer = passage.text.removeprefix(asked).strip()
        return Hit(address, marked(asked, question), excerpt(plain(answer), question), document, passage.title)
    heading = passage.heading_path[-1] if passage.heading_path else ""
    return Hit(address, marked(passage.title, question), excerpt(plain(passage.text), question), document, heading)


def _places(passages: Sequence[RankedPassage], documents: Mapping[str, Document]) -> dict[str, str]:
    """Passage id -> what comes after the address of its document: the part and the anchor."""
    rows = Passage.objects.filter(pk__in=[one.passage.id for one in passages]).values("pk", "start", "ordinal")
    by_id: dict[str, Any] = {str(row["pk"]): row for row in rows}
    texts = _long_texts(documents.values())
    return {
        one.passage.id: _place(one, by_id[one.passage.id], texts.get(one.passage.document_id, ""))
        for one in passages
        if one.passage.id in by_id
    }


def _place(one: RankedPassage, row: Mapping[str, Any], long_text: str) -> str:
    if one.passage.kind == "qa":
        anchor, parts = f"#q-{row['ordinal'] + 1}", row_parts(from_lines(long_text))
        number = part_number(parts, row["ordinal"])
    else:
        anchor = f"#{anchor_of(one.passage.heading_path[-1])}" if one.passage.heading_path else ""
        number = part_number(article_parts(long_text), row["start"])
    return (f"?part={number}" if long_text and number > 1 else "") + anchor


def _long_texts(documents: Any) -> dict[str, str]:
    """The texts that fill more than one page, and those of questions, whose rows must be counted."""
    pks = [document.pk for document in documents]
    sized = Document.objects.filter(pk__in=pks).annotate(size=Length("live_version__body"))
    long = sized.filter(size__gt=PART_CHARACTERS) | sized.filter(live_version__kind=VersionKind.QUESTIONS)
    return {str(public_id): body for public_id, body in long.values_list("public_id", "live_version__body")}
