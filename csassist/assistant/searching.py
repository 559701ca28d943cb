"""Searching for a turn: the production engine, for what this customer may see; the model rewrites if there is one."""

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from langchain_core.messages import HumanMessage

from csassist.assistant.conditions import Conditions
from csassist.assistant.traces import TraceNotes
from csassist.assistant.turns import Turn
from csassist.core.errors import AppError
from csassist.core.logs import emit
from csassist.llm.errors import ModelError
from knowledge.articles import find_by_id
from knowledge.engine import production_engine
from knowledge.ports import Query, RetrievalResult, Rewriter
from knowledge.retrieval import retrieve
from knowledge.rewriting import rewrite
from knowledge.selectors import collections_visible_to
from prompts.fences import fence_conversation, fence_message


def search(turn: Turn, conditions: Conditions, notes: TraceNotes) -> tuple[RetrievalResult | None, int | None, str]:
    """What was found, with the generation and recipe it was found with; None when no index can be asked."""
    try:
        engine, generation = production_engine()
    except AppError as error:
        emit("index.unavailable", leg="both", error=error.code)
        return None, None, ""
    query = Query(
        text=turn.text,
        collections=_collections(conditions),
        language=turn.language,
        history=turn.searchable_history(_title_of(turn.about, conditions) or _meant_product(turn, conditions)),
        limit=settings.CSASSIST_RETRIEVAL_PASSAGES_COUNT,
        budget_tokens=settings.CSASSIST_RETRIEVAL_BUDGET_TOKENS,
    )
    if conditions.passages is not None:
        engine = replace(engine, passages=conditions.passages)
    if conditions.has_model:
        engine = replace(engine, rewriter=_rewriter(conditions, notes))
    return retrieve(query, engine), generation.pk, generation.recipe


def _collections(conditions: Conditions) -> tuple[int, ...]:
    visible = collections_visible_to(conditions.reader)
    return tuple(pk for pk in visible if pk in conditions.collections) if conditions.collections else visible


def _title_of(document_id: UUID | None, conditions: Conditions) -> str:
    """The title of what the customer asks about, if they may see it now; its words pull the search towards it."""
    document = find_by_id(document_id, reader=conditions.reader) if document_id else None
    return document.live_version.title if document and document.live_version else ""


def _meant_product(turn: Turn, conditions: Conditions) -> str:
    """What a verified customer means by "it" in their first words: the only product that they have."""
    product = conditions.profile.product
    if not product or turn.history:
        return ""
    return product if rewrite(turn.text, (f"user: {product}",)).reason == "points_back" else ""


def _rewriter(conditions: Conditions, notes: TraceNotes) -> Rewriter:
    def stand_alone(question: str, history: tuple[str, ...]) -> str | None:
        """The follow-up as a question of its own, by the model; None when it cannot be had."""
        turns = [
            ("Customer" if line.startswith("user:") else "Assistant", line.partition(":")[2].strip())
            for line in history
        ]
        prompt = conditions.render(
            "condense_question",
            {"history": fence_conversation(turns), "question": fence_message(question)},  # type: ignore[arg-type]
        )
        notes.prompt_versions[prompt.name] = prompt.version_number
        messages = [HumanMessage(prompt.text)]
        notes.note_sent("rewrite", messages)
        try:
            reply = conditions.chat_model("rewrite").invoke(messages)
        except ModelError as error:
            if error.call_id is not None:
                notes.note_call(error.call_id)
            return None
        notes.note_call(reply.response_metadata["model_call"])
        lines = reply.text.strip().splitlines()
        return lines[0].strip()[: settings.CSASSIST_MESSAGE_MAX_CHARACTERS] if lines else None

    return stand_alone
