"""A document that was withdrawn or deleted is never cited again, however many questions are being answered just then."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from random import Random

import httpx
import pytest

from csassist.audit.models import AuditEvent
from csassist.conversations.models import Citation, ConversationEvent
from csassist.llm.test_server import TestModelServer
from knowledge import services
from knowledge.models import Collection, Document
from tests.faults.articles import index_everything, publish_first, question, text_of
from tests.faults.processes import Processes

pytestmark = pytest.mark.timeout(400)  # many starts of processes

DOCUMENTS_COUNT = 20
GONE_COUNT = 12
QUESTIONS_COUNT = 50
ASKING_AT_ONCE_COUNT = 8


@pytest.fixture
def documents(processes: Processes, shared_chroma: None, shelf: Collection) -> Iterator[list[Document]]:
    """Live articles, and a model that takes a second for an answer, so that much can happen in between."""
    with TestModelServer("slow?first=0.3&gap=0.03") as model:
        processes.environment |= {"CSASSIST_LLM_BASE_URL": model.base_url, "CSASSIST_LLM_API_KEY": "test"}
        written = [publish_first(shelf, number) for number in range(DOCUMENTS_COUNT)]
        index_everything()
        processes.start("worker")
        processes.start("web")
        yield written
        processes.end_all()


def test_no_sentence_cites_a_document_after_the_commit_that_took_it_out(
    processes: Processes, documents: list[Document]
):
    chance = Random(41)
    gone = dict(chance.sample(list(enumerate(documents)), GONE_COUNT))
    numbers = [chance.choice([*gone, *range(DOCUMENTS_COUNT)]) for _question in range(QUESTIONS_COUNT)]
    begun = threading.Semaphore(0)

    def ask(number: int) -> int:
        begun.release()
        body = {"question": question(number)}
        return httpx.post(f"{processes.web_address}/api/v1/ask", json=body, timeout=60).status_code

    with ThreadPoolExecutor(ASKING_AT_ONCE_COUNT) as pool:
        asking = [pool.submit(ask, number) for number in numbers]
        for position, document in enumerate(gone.values()):
            for _question in range(QUESTIONS_COUNT // GONE_COUNT):
                begun.acquire()
            time.sleep(chance.uniform(0.0, 0.5))
            (services.withdraw if position % 2 else services.delete_document)(document=document)
        assert {asked.result() for asked in asking} == {200}

    gone_at = moments_of_leaving(gone)
    assert len(gone_at) == GONE_COUNT
    nothing_is_cited_after(gone_at)
    assert {ask(number) for number in gone} == {200}
    nothing_is_cited_after(gone_at)


def moments_of_leaving(gone: dict[int, Document]) -> dict[str, datetime]:
    """
    When each document left, by title. The record is written under the document's lock, as the time of a sentence is: a
    sentence with an earlier time was committed before the withdrawal, one with a later time after it.
    """
    left = AuditEvent.objects.filter(action__in=["document.withdrawn", "document.deleted"])
    at = dict(left.values_list("subject_identifier", "at"))
    return {text_of(number, 1).title: at[str(document.public_id)] for number, document in gone.items()}


def nothing_is_cited_after(gone_at: dict[str, datetime]) -> None:
    """No sentence released later cites it, and no reply posted later except one that had already shown such a sentence."""
    shown: dict[tuple[int, str], datetime] = {}
    for event in ConversationEvent.objects.filter(type="sentence").order_by("seq"):
        for cited in event.payload["citations"]:
            title = cited["title"]
            shown.setdefault((event.conversation_id, title), event.created_at)
            assert title not in gone_at or event.created_at < gone_at[title]
    assert any(title in gone_at for _conversation, title in shown)
    for citation in Citation.objects.select_related("message"):
        if citation.title in gone_at and citation.message.created_at > gone_at[citation.title]:
            assert shown[citation.message.conversation_id, citation.title] < gone_at[citation.title]
