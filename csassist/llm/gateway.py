"""From the settings CSASSIST_LLM_* to a model for each purpose, kept while the settings stay the same."""

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from csassist.llm import Purpose, reranker
from csassist.llm.calls import CallTerms
from csassist.llm.deadlines import Deadlines
from csassist.llm.errors import ModelNotConfigured
from csassist.llm.pricing import Price, micro_units
from csassist.llm.traffic import Endpoint

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from csassist.llm.providers import Agreement

# A rewritten question is one line, a judgement a few words, a practised customer's line a few sentences.
MOST_OUTPUT_TOKENS: dict[Purpose, int] = {
    "rewrite": 120,
    "judge": 200,
    "read": 600,
    "copilot": 900,
    "practice": 300,
}

TRIAL = "trial"  # the ledger's word for calls that no customer waited for


def is_configured() -> bool:
    """Whether there is a model to ask at all."""
    return bool(settings.CSASSIST_LLM_BASE_URL)


def chat_model(purpose: Purpose, *, model: str = "", is_trial: bool = False) -> "BaseChatModel":
    """The model for a purpose, the configured one unless another is named. Raises ModelNotConfigured."""
    if not is_configured():
        raise ModelNotConfigured(_("No language model is configured."), reason="not_configured")
    temperature = settings.CSASSIST_LLM_TEMPERATURE_RATIO if purpose == "answer" else 0.0
    agreement = _agreement(purpose, model or settings.CSASSIST_LLM_MODEL, is_trial=is_trial)
    return _model(agreement, temperature)


def warm_up() -> None:
    """Import and build what the first answer needs."""
    if settings.CSASSIST_RERANKER_BASE_URL:
        reranker()
    if is_configured():
        chat_model("answer")


@lru_cache(maxsize=16)
def _model(agreement: "Agreement", temperature: float) -> "BaseChatModel":
    from csassist.llm.providers import build

    return build(agreement, temperature=temperature)


def _agreement(purpose: Purpose, model: str, *, is_trial: bool) -> "Agreement":
    from csassist.llm.providers import Agreement

    most_output_tokens = min(
        settings.CSASSIST_LLM_MAX_OUTPUT_TOKENS,
        MOST_OUTPUT_TOKENS.get(purpose, settings.CSASSIST_LLM_MAX_OUTPUT_TOKENS),
    )
    terms = CallTerms(
        purpose=TRIAL if is_trial else purpose,
        model=model,
        price=configured_price(),
        most_output_tokens=most_output_tokens,
        budget_micro_units=micro_units(settings.CSASSIST_LLM_DAILY_BUDGET),
        longest_seconds=settings.CSASSIST_LLM_TOTAL_SECONDS,
    )
    endpoint = Endpoint(
        base_url=settings.CSASSIST_LLM_BASE_URL,
        model=model,
        probe_seconds=settings.CSASSIST_LLM_BREAKER_PROBE_SECONDS,
        most_in_flight=settings.CSASSIST_LLM_MAX_IN_FLIGHT,
    )
    most_seconds = _most_seconds(purpose)
    deadlines = Deadlines(
        first_token_seconds=min(settings.CSASSIST_LLM_FIRST_TOKEN_SECONDS, most_seconds),
        gap_seconds=min(settings.CSASSIST_LLM_GAP_SECONDS, most_seconds),
        total_seconds=min(settings.CSASSIST_LLM_TOTAL_SECONDS, most_seconds),
    )
    return Agreement(terms=terms, endpoint=endpoint, deadlines=deadlines, api_key=settings.CSASSIST_LLM_API_KEY)


def _most_seconds(purpose: Purpose) -> float:
    """The deadline of a whole call: a judge and a reader are waited for no longer than their own settings say."""
    own = {"judge": settings.CSASSIST_JUDGE_SECONDS, "read": settings.CSASSIST_READING_SECONDS}
    return own.get(purpose, settings.CSASSIST_LLM_TOTAL_SECONDS)


def configured_price() -> Price:
    return Price(
        input_per_million_tokens=settings.CSASSIST_LLM_INPUT_PRICE_PER_MILLION_TOKENS,
        output_per_million_tokens=settings.CSASSIST_LLM_OUTPUT_PRICE_PER_MILLION_TOKENS,
    )
