"""What the worker does for models from time to time."""

from csassist.llm import gateway, reranking
from csassist.llm.calls import sweep_abandoned_calls


def sweep() -> int:
    """Close calls whose process died and give their reservations back; returns how many."""
    swept = sweep_abandoned_calls(price=gateway.configured_price())
    return swept + sweep_abandoned_calls(price=reranking.configured_price(), purpose=reranking.PURPOSE)
