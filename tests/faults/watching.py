"""Asks the indexes without pause, as customers would, and notes every result that no customer may get."""

import threading
from random import Random

from django.db import connection

from knowledge.engine import production_engine
from knowledge.models import Audience, Document
from knowledge.ports import Query, RetrievalResult
from knowledge.retrieval import retrieve
from knowledge.selectors import collections_visible_to
from tests.faults.articles import question


class Watcher:
    """A thread for `with`. `problems` says what was wrong, `asked_count` how often it looked."""

    def __init__(self, documents: list[Document], *, seed: int) -> None:
        self.problems: list[str] = []
        self.asked_count = 0
        self.editions_seen: set[int] = set()
        self._documents = documents
        self._random = Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher")

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            while not self._stop.wait(0.05):
                number = self._random.randrange(len(self._documents))
                before = live_edition(self._documents[number])
                found = search(question(number))
                after = live_edition(self._documents[number])
                self._judge(number, found, before, after)
        finally:
            connection.close()

    def _judge(self, number: int, found: RetrievalResult, before: int, after: int) -> None:
        """Every hit is of one edition, which was live at some time during the search."""
        self.asked_count += 1
        document_id = str(self._documents[number].public_id)
        passages = [one.passage for one in found.passages if one.passage.document_id == document_id]
        editions = {passage.version_number for passage in passages}
        self.editions_seen |= editions
        if len(editions) > 1:
            self.problems.append(f"{number}: a mix of editions {editions}")
        if any(not before <= edition <= after for edition in editions):
            self.problems.append(f"{number}: edition {editions} while {before} to {after} was live")
        if any(f"edition {passage.version_number}" not in passage.text for passage in passages):
            self.problems.append(f"{number}: the text of another edition")
        if before and not passages:
            self.problems.append(f"{number}: nothing although edition {before} to {after} was live, {found.degraded}")


def live_edition(document: Document) -> int:
    """The number of the version that answers may use now; 0 for none."""
    number = Document.objects.filter(pk=document.pk).values_list("live_version__number", flat=True).first()
    return number or 0


def search(text: str) -> RetrievalResult:
    engine, _generation = production_engine()
    return retrieve(Query(text=text, collections=collections_visible_to(Audience.PUBLIC), limit=6), engine)
