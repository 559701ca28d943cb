"""
Re-ranking by a server: how well each of a few passages answers a question.

Cohere, Jina, vLLM and most gateways share one shape: `POST /rerank` with `{model, query, documents, top_n}` gives
`{results: [{index, relevance_score}]}`. One call, no retry, within our own deadline; the order that the search made
itself is always there, so that a late or odd answer is worth nothing.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from csassist.core.text import estimate_tokens
from csassist.llm import event_loop, faults, upstream
from csassist.llm.calls import CallResult, CallTerms, begin_call, settle_call
from csassist.llm.errors import ModelError, ModelTimedOut
from csassist.llm.models import ModelCall
from csassist.llm.pricing import Price, micro_units
from csassist.llm.reception import outcome_of, verdict_of
from csassist.llm.traffic import Endpoint, busy, process_traffic
from csassist.llm.upstream import Server
from csassist.llm.usage import TokenUsage

PURPOSE = "rerank"


@dataclass(frozen=True)
class RemoteReranker:
    """`passages_count` is how many passages it is shown at most."""

    server: Server
    endpoint: Endpoint
    terms: CallTerms
    deadline_seconds: float
    passages_count: int

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """
        One finite number a text, in order, the higher the better; comparable within one call only.

        Raises a ModelError when there are none in time, and RuntimeError inside an open transaction.
        """
        if not process_traffic.try_enter(self.endpoint):
            raise busy()
        error: ModelError | None = None
        try:
            return self._booked(question, texts)
        except ModelError as caught:
            error = caught
            raise
        finally:
            process_traffic.leave(self.endpoint, verdict_of(error) if error else "success", purpose=PURPOSE)

    def _booked(self, question: str, texts: Sequence[str]) -> list[float]:
        tokens = sum(estimate_tokens(text) for text in texts) + len(texts) * estimate_tokens(question)
        call = begin_call(terms=self.terms, estimated_input_tokens=tokens)
        started = time.monotonic()
        error: ModelError | None = None
        try:
            return self._asked(question, texts)
        except ModelError as caught:
            error = caught
            raise
        finally:
            settle_call(call=call, result=_result(error, tokens, time.monotonic() - started))

    def _asked(self, question: str, texts: Sequence[str]) -> list[float]:
        request = event_loop.start(self._request(question, texts))
        try:
            return request.result(self.deadline_seconds)
        except TimeoutError as error:
            raise ModelTimedOut(_("The re-ranker did not answer in time."), reason="total") from error
        finally:
            request.cancel()

    async def _request(self, question: str, texts: Sequence[str]) -> list[float]:
        body = {"model": self.terms.model, "query": question, "documents": list(texts), "top_n": len(texts)}
        try:
            reply = await upstream.client(self.server).post("/rerank", cast_to=object, body=body)
            return _scores(reply, len(texts))
        except faults.TRANSPORT_ERRORS as error:
            raise faults.from_transport(error) from error
        except faults.SHAPE_ERRORS as error:
            raise faults.malformed("wrong_type") from error


def reranker() -> RemoteReranker:
    """The re-ranker of the settings CSASSIST_RERANKER_*."""
    server = Server(settings.CSASSIST_RERANKER_BASE_URL, settings.CSASSIST_RERANKER_API_KEY)
    terms = CallTerms(
        purpose=PURPOSE,
        model=settings.CSASSIST_RERANKER_MODEL,
        price=configured_price(),
        most_output_tokens=0,
        budget_micro_units=micro_units(settings.CSASSIST_LLM_DAILY_BUDGET),
        longest_seconds=settings.CSASSIST_RERANKER_DEADLINE_SECONDS,
    )
    endpoint = Endpoint(
        base_url=server.base_url,
        model=terms.model,
        probe_seconds=settings.CSASSIST_LLM_BREAKER_PROBE_SECONDS,
        most_in_flight=settings.CSASSIST_LLM_MAX_IN_FLIGHT,
    )
    return RemoteReranker(
        server,
        endpoint,
        terms,
        deadline_seconds=settings.CSASSIST_RERANKER_DEADLINE_SECONDS,
        passages_count=settings.CSASSIST_RERANKER_PASSAGES_COUNT,
    )


def configured_price() -> Price:
    return Price(settings.CSASSIST_RERANKER_PRICE_PER_MILLION_TOKENS, 0.0)


def _scores(reply: Any, count: int) -> list[float]:
    """The scores of a reply in the order of the texts. Raises one of SHAPE_ERRORS unless it is one number a text."""
    scores: dict[int, float] = {}
    for row in reply["results"]:
        index, score = row["index"], row["relevance_score"]
        if type(index) is not int or not 0 <= index < count or index in scores:
            raise ValueError("Not the place of a text.")
        if isinstance(score, bool | str) or not math.isfinite(score):
            raise ValueError("Not a score.")
        scores[index] = float(score)
    if len(scores) != count:
        raise ValueError("Not one score a text.")
    return [scores[index] for index in range(count)]


def _result(error: ModelError | None, tokens: int, seconds: float) -> CallResult:
    outcome = outcome_of(error) if error else ModelCall.Outcome.COMPLETED
    is_free = outcome in {ModelCall.Outcome.UNAVAILABLE, ModelCall.Outcome.REFUSED}
    return CallResult(
        outcome=outcome,
        reason=error.reason if error else "",
        attempts_count=1,
        usage=TokenUsage(0 if is_free else tokens, 0, "estimated"),
        first_token_milliseconds=None,
        total_milliseconds=int(seconds * 1000),
    )
