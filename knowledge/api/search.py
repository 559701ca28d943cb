"""Searching as answers do, with the explanation; and how far the indexes are."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from knowledge.api.shapes import GENERATION_STATES, SOURCE_KINDS, TRUSTS, Shape
from knowledge.api.views import PROBLEMS, READ_SCOPE, KnowledgeView, sent
from knowledge.engine import production_engine
from knowledge.generations import progress
from knowledge.health import dense_reachable, lexical_reachable
from knowledge.models import Audience, IndexGeneration, Source
from knowledge.ports import Query, RankedPassage, RetrievalResult
from knowledge.retrieval import retrieve
from knowledge.selectors import collections_visible_to, sources_of

CANDIDATES_SHOWN = 30
MOST_PASSAGES = 20


class SearchInput(serializers.Serializer[Any]):
    question = serializers.CharField()
    reader = serializers.ChoiceField(Audience.choices, default=Audience.PUBLIC.value, help_text="Who is asking.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST_PASSAGES)
    language = serializers.ChoiceField(("en", "zh"), required=False, help_text="Recognised when not given.")

    def validate_question(self, question: str) -> str:
        if len(question) > settings.CSASSIST_MESSAGE_MAX_CHARACTERS:
            raise serializers.ValidationError(f"At most {settings.CSASSIST_MESSAGE_MAX_CHARACTERS} characters.")
        return question


class ExplanationShape(serializers.Serializer[Any]):
    dense_rank = serializers.IntegerField(allow_null=True)
    dense_score = serializers.FloatField(allow_null=True)
    lexical_rank = serializers.IntegerField(allow_null=True)
    lexical_score = serializers.FloatField(allow_null=True)
    fused_score = serializers.FloatField()
    rerank_score = serializers.FloatField(allow_null=True, help_text="Of a re-ranker, which then decided.")
    dropped = serializers.CharField(allow_null=True, help_text="Why it was not used; null when it was.")


class PassageSourceShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(SOURCE_KINDS)
    location = serializers.CharField()
    trust = serializers.ChoiceField(TRUSTS)


class FoundPassageShape(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    passage = serializers.UUIDField()
    document = serializers.UUIDField()
    version = serializers.UUIDField()
    version_number = serializers.IntegerField()
    origin = PassageSourceShape(allow_null=True, help_text="The source of its document; null when it was typed in.")
    title = serializers.CharField()
    headings = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField()
    language = serializers.CharField()
    score = serializers.FloatField(help_text="0 to 1, comparable within this search only.")
    explanation = ExplanationShape()


class CandidateShape(serializers.Serializer[Any]):
    passage = serializers.UUIDField()
    document = serializers.UUIDField(allow_null=True)
    origin = PassageSourceShape(allow_null=True)
    explanation = ExplanationShape()


class SearchShape(serializers.Serializer[Any]):
    question = serializers.CharField()
    searched_text = serializers.CharField()
    language = serializers.CharField()
    generation = serializers.IntegerField()
    degraded = serializers.ListField(child=serializers.CharField(), help_text="What of the search was down.")
    passages = FoundPassageShape(many=True)
    candidates = CandidateShape(many=True)
    evidence = serializers.DictField(child=serializers.FloatField())
    milliseconds = serializers.DictField(child=serializers.FloatField())


class GenerationShape(serializers.Serializer[Any]):
    generation = serializers.IntegerField()
    state = serializers.ChoiceField(GENERATION_STATES)
    recipe = serializers.CharField()
    live_since = serializers.DateTimeField(allow_null=True)
    documents = serializers.IntegerField()
    done = serializers.IntegerField()
    waiting = serializers.IntegerField()
    failing = serializers.IntegerField()
    passages = serializers.IntegerField()


class IndexShape(serializers.Serializer[Any]):
    dense_reachable = serializers.BooleanField()
    lexical_reachable = serializers.BooleanField()
    generations = GenerationShape(many=True)
    compared_at = serializers.DateTimeField(allow_null=True)
    comparison = serializers.DictField(help_text="What the last comparison with the database found.")


class SearchView(KnowledgeView):
    scopes = {"POST": READ_SCOPE}
    permissions_needed = {"*": "knowledge.view_document"}

    @extend_schema(operation_id="search", request=SearchInput, responses={200: SearchShape, 400: PROBLEMS[400]})
    def post(self, request: Request) -> Response:
        """The passages an answer would use, and what led to them. Nothing is stored."""
        given = sent(SearchInput, request)
        engine, generation = production_engine()
        query = Query(
            text=given["question"],
            collections=collections_visible_to(Audience(given["reader"])),
            language=given.get("language"),
            limit=given.get("limit") or settings.CSASSIST_RETRIEVAL_PASSAGES_COUNT,
            budget_tokens=settings.CSASSIST_RETRIEVAL_BUDGET_TOKENS,
        )
        return Response(_found(query, retrieve(query, engine), generation))


class IndexView(KnowledgeView):
    permissions_needed = {"*": "knowledge.view_indexgeneration"}

    @extend_schema(operation_id="index_state", responses=IndexShape)
    def get(self, request: Request) -> Response:
        """Whether the indexes can be reached, and how far they are."""
        generations = list(IndexGeneration.objects.exclude(state=IndexGeneration.State.RETIRED).order_by("pk"))
        live = next((one for one in generations if one.state == IndexGeneration.State.LIVE), None)
        return Response(
            {
                "dense_reachable": dense_reachable(),
                "lexical_reachable": lexical_reachable(),
                "generations": [_generation(one) for one in generations],
                "compared_at": live.compared_at if live else None,
                "comparison": live.comparison if live else {},
            }
        )


def _generation(generation: IndexGeneration) -> Shape:
    return {
        "generation": generation.pk,
        "state": generation.state,
        "recipe": generation.recipe,
        "live_since": generation.live_since,
        **progress(generation),
    }


def _found(query: Query, found: RetrievalResult, generation: IndexGeneration) -> Shape:
    shown = found.candidates[:CANDIDATES_SHOWN]
    documents = {one.document_id for one in shown} | {one.passage.document_id for one in found.passages}
    sources = {key: _source(source) for key, source in sources_of(documents - {""}).items()}
    return {
        "question": query.text,
        "searched_text": found.searched_text,
        "language": found.language,
        "generation": generation.pk,
        "degraded": list(found.degraded),
        "passages": [_passage(ranked, sources.get(ranked.passage.document_id)) for ranked in found.passages],
        "candidates": [
            {
                "passage": one.passage_id,
                "document": one.document_id or None,
                "origin": sources.get(one.document_id),
                "explanation": asdict(one.explanation),
            }
            for one in shown
        ],
        "evidence": asdict(found.evidence),
        "milliseconds": dict(found.stage_milliseconds),
    }


def _source(source: Source) -> Shape:
    return {"id": source.public_id, "kind": source.kind, "location": source.location, "trust": source.trust}


def _passage(ranked: RankedPassage, source: Shape | None) -> Shape:
    passage = ranked.passage
    return {
        "number": ranked.rank,
        "passage": passage.id,
        "document": passage.document_id,
        "version": passage.version_id,
        "version_number": passage.version_number,
        "origin": source,
        "title": passage.title,
        "headings": list(passage.heading_path),
        "text": passage.text,
        "language": passage.language,
        "score": ranked.score,
        "explanation": asdict(ranked.explanation),
    }
