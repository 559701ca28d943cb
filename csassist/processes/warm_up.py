"""
Load what the first question would otherwise wait for.

Imports of the model client, the embedding, the Chinese dictionary and the weights of the checks take seconds; the web
process answers pages meanwhile, and a part that cannot be loaded is left for the question that needs it to report.
"""

from csassist import llm
from csassist.core.errors import AppError
from csassist.core.logs import emit

SAMPLE = "How do I return something? 怎么退货？"


def warm_up() -> None:
    from csassist.analysis import local_reader
    from csassist.assistant.verification import verify
    from knowledge.engine import production_engine
    from knowledge.tokenizing import index_tokens, query_tokens

    query_tokens(SAMPLE)
    verify(SAMPLE, (1,), {1: SAMPLE}, index_tokens)
    try:
        llm.embeddings().embed_query(SAMPLE)
        llm.warm_up()
        local_reader.warm_up()
        production_engine()
    except AppError as error:
        emit("web.not_warm", error=error.code)
