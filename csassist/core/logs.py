"""
The log catalogue: the only way this project writes a log line.

Every event and every field is listed here, so a line can never carry what a customer wrote, a prompt, an address or a
secret: `emit` refuses an unknown event, an unknown field and any value that is not a short word, a number or a flag.
"""

import logging
import re

logger = logging.getLogger("csassist")

EVENTS: dict[str, frozenset[str]] = {
    "answer.finished": frozenset({"run", "outcome", "reason", "milliseconds", "degraded"}),
    "answer.failed": frozenset({"run", "error", "attempt"}),
    "answer.interrupted": frozenset({"run"}),
    "answer.interrupting_failed": frozenset({"run", "error"}),
    "answer.resumed": frozenset({"run", "attempt"}),
    "delivery.attempted": frozenset({"delivery", "channel", "attempt", "outcome", "problem", "state", "milliseconds"}),
    "delivery.gate_failed": frozenset({"delivery", "error"}),
    "delivery.queue": frozenset({"channel", "due", "unknown", "oldest_seconds"}),
    "dispatcher.loop_failed": frozenset({"work", "error"}),
    "golden.finished": frozenset({"kind", "verdict", "questions"}),
    "gap.draft_failed": frozenset({"gap", "error", "tries_left"}),
    "index.document_synced": frozenset({"document", "generation", "passages", "embedded", "milliseconds"}),
    "index.job_failed": frozenset({"document", "generation", "error", "attempt"}),
    "index.generation_switched": frozenset({"generation", "documents"}),
    "index.unavailable": frozenset({"leg", "error"}),
    "parse.finished": frozenset({"version", "milliseconds", "size_bytes"}),
    "parse.failed": frozenset({"version", "reason", "attempt"}),
    "scheduler.clock_jumped": frozenset({"seconds", "ahead_seconds"}),
    "scheduler.failed": frozenset({"job", "error", "failures", "back_off_seconds"}),
    "scheduler.gave_up": frozenset({"epoch"}),
    "scheduler.leads": frozenset({"epoch", "owner", "reason"}),
    "scheduler.loop_failed": frozenset({"error"}),
    "scheduler.nobody_leads": frozenset({"seconds"}),
    "scheduler.ran": frozenset({"job", "covers", "changed", "reason"}),
    "scheduler.refused": frozenset({"job", "epoch"}),
    "scheduler.skipped": frozenset({"job", "covers", "reason"}),
    "scheduler.slot_taken": frozenset({"job", "epoch"}),
    "scheduler.stepped_down": frozenset({"epoch", "reason"}),
    "scheduler.turn_failed": frozenset({"job", "error"}),
    "scheduler.turn_left_out": frozenset({"job", "reason"}),
    "source.fetched": frozenset({"source", "documents"}),
    "reply_mail.decided": frozenset({"conversation", "act", "reason"}),
    "survey_mail.decided": frozenset({"survey", "act", "reason"}),
    "source.failed": frozenset({"source", "reason"}),
    "source.shrunk": frozenset({"source", "known", "missing"}),
    "lookup.called": frozenset({"lookup", "verdict", "status", "milliseconds"}),
    "model.called": frozenset(
        {"purpose", "model", "outcome", "reason", "milliseconds", "input_tokens", "output_tokens"}
    ),
    "model.breaker": frozenset({"purpose", "state"}),
    "model.budget": frozenset({"state", "used_ratio"}),
    "request.failed": frozenset({"request_id", "error", "status"}),
    "reading.failed": frozenset({"error"}),
    "risk.model_refused": frozenset({"version", "reason"}),
    "risk.scored": frozenset({"kind", "customers", "milliseconds"}),
    "risk.pass_failed": frozenset({"kind", "error"}),
    "risk.trained": frozenset({"issue", "kind", "version", "verdict"}),
    "reading.refine_failed": frozenset({"reading", "error"}),
    "intents.trained": frozenset({"version", "examples", "accuracy"}),
    "intents.model_refused": frozenset({"version", "reason"}),
    "limit.refused": frozenset({"limit"}),
    "web.not_warm": frozenset({"error"}),
    "worker.swept": frozenset({"work", "count"}),
    "worker.loop_failed": frozenset({"work", "error"}),
    "stream.failed": frozenset({"error"}),
    "trial.failed": frozenset({"error"}),
}

# A value is a word of at most 64 plain characters: ids, codes, class names. Sentences and addresses do not fit.
SAFE_WORD = re.compile(r"[\w.:/,+-]{0,64}", re.ASCII)


class RefusedLogField(ValueError):
    """The event or field is not in the catalogue, or the value could be content."""


def emit(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one `event key=value ...` line. Raises RefusedLogField on anything the catalogue does not allow."""
    allowed = EVENTS.get(event)
    if allowed is None:
        raise RefusedLogField(f"{event} is not in the log catalogue.")
    if extra := set(fields) - allowed:
        raise RefusedLogField(f"{event} may not carry {', '.join(sorted(extra))}.")
    words = [f"{name}={_word(name, value)}" for name, value in fields.items()]
    logger.log(level, "%s", " ".join([event, *words]))


def _word(name: str, value: object) -> str:
    if value is None or isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.3f}"
    text = str(value)
    if SAFE_WORD.fullmatch(text) is None:
        raise RefusedLogField(f"{name} holds something that may be content: log an id or a code instead.")
    return text
