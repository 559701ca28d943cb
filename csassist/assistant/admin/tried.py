"""What became of a trial, in the words and rows that the playground shows."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from csassist.assistant.admin.steps import evidence_rows, leg_names, shown_candidates, stage_rows, verdict
from csassist.assistant.citations import MARKER
from csassist.assistant.decision import ANSWER_FROM, CLARIFY_FROM
from csassist.assistant.playground import Tried
from csassist.assistant.reasons import ASKS, OUTCOME_TONES, OUTCOMES, REASONS, WRITTEN_BY, in_words
from csassist.assistant.traces import SentPrompt
from csassist.core.rendering import render_message
from csassist.llm.models import ModelCall
from csassist.llm.pricing import MICRO_UNITS_PER_UNIT
from knowledge.models import IndexGeneration

SIDE_NAMES = ("a", "b")


def shown(tried: Sequence[Tried]) -> list[dict[str, Any]]:
    """Each side in words; of two, every sentence that the other does not say is marked."""
    results = [_in_words(number, one) for number, one in enumerate(tried)]
    if len(results) == 2:
        first, second = ([one["text"] for one in result["sentences"]] for result in results)
        for result, same in zip(results, same_sentences(first, second), strict=True):
            for place, sentence in enumerate(result["sentences"]):
                sentence["is_different"] = place not in same
        are_same = results[0]["plain_reply"] == results[1]["plain_reply"]
        for result in results:
            result["is_compared"], result["is_same_answer"] = True, are_same
    return results


def same_sentences(first: Sequence[str], second: Sequence[str]) -> tuple[set[int], set[int]]:
    """The places, in each, of the sentences that both say in the same order, whatever they cite."""
    plain = [[_plain(text) for text in texts] for texts in (first, second)]
    blocks = SequenceMatcher(None, plain[0], plain[1], autojunk=False).get_matching_blocks()
    return (
        {block.a + step for block in blocks for step in range(block.size)},
        {block.b + step for block in blocks for step in range(block.size)},
    )


def _plain(text: str) -> str:
    return " ".join(MARKER.sub("", text).split())


def _in_words(number: int, tried: Tried) -> dict[str, Any]:
    notes, found, decision = tried.notes, tried.notes.found, tried.composed.decision
    return {
        "number": number,
        "name": SIDE_NAMES[number].upper(),
        "is_compared": False,
        "tried": tried,
        "notes": notes,
        "outcome": in_words(OUTCOMES, decision.action),
        "tone": OUTCOME_TONES[decision.action],
        "reason": in_words(REASONS, decision.reason),
        "asks": in_words(ASKS, notes.asks),
        "answer_from": ANSWER_FROM,
        "clarify_from": CLARIFY_FROM,
        "plain_reply": _plain(tried.reply),
        "reply": render_message(tried.reply),
        "sentences": [verdict(one) for one in notes.sentences],
        "passages": found.passages if found else (),
        "candidates": shown_candidates(found) if found else [],
        "evidence": evidence_rows(found.evidence) if found else [],
        "stages": stage_rows({**(found.stage_milliseconds if found else {}), **notes.stage_milliseconds}),
        "degraded": leg_names(found.degraded) if found else [],
        "missing": found.missing if found else (),
        "searched_text": found.searched_text if found else "",
        "generation": IndexGeneration.objects.filter(pk=notes.generation).first() if notes.generation else None,
        "written_by": in_words(WRITTEN_BY, notes.written_by),
        "prompts": [_prompt(one, is_sent=True) for one in tried.sent]
        + ([_prompt(tried.unsent, is_sent=False)] if tried.unsent else []),
        "calls": [_call(call) for call in tried.calls],
        "cost": tried.cost_micro_units / MICRO_UNITS_PER_UNIT,
    }


def _prompt(sent: SentPrompt, *, is_sent: bool) -> dict[str, Any]:
    return {
        "purpose": ModelCall.Purpose(sent.purpose).label,
        "messages": [{"role": role, "text": text} for role, text in sent.messages],
        "is_sent": is_sent,
    }


def _call(call: ModelCall) -> dict[str, Any]:
    return {"call": call, "cost": call.cost_micro_units / MICRO_UNITS_PER_UNIT}
