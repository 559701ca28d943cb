import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from csassist.core.errors import InvalidInput
from csassist.llm.local_embeddings import HashedWordsEmbeddings
from knowledge.embedding_cache import CachedEmbeddings
from knowledge.evaluation_baselines import Bm25, cosines
from knowledge.evaluation_sets import read_set
from knowledge.retrieval_benchmark import benchmark

DOCUMENTS = [
    {"id": "a", "title": "Refunds", "text": "A refund takes ten days."},
    {"id": "b", "title": "", "text": "Express delivery costs 12.90 euro."},
    {"id": "c", "title": "路由器", "text": "错误 E-204 表示网络断开，请重启路由器。", "extra": 1},
]
QUESTIONS = [
    {"id": "1", "text": "How long does a refund take?", "relevant": ["a"]},
    {"id": "2", "text": "and the price?", "relevant": ["b"], "history": ["user: express delivery", "agent: Yes."]},
    {"id": "3", "text": "路由器 E-204", "relevant": ["c"]},
    {"id": "4", "text": "Do you sell solar panels?", "relevant": []},
]


@pytest.fixture
def files(tmp_path):
    return write(tmp_path, DOCUMENTS, QUESTIONS)


def write(path: Path, documents: list[Any], questions: list[Any]) -> tuple[Path, Path]:
    written = path / "docs.jsonl", path / "queries.jsonl"
    for file, rows in zip(written, (documents, questions), strict=True):
        file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return written


def evaluate(docs: Path, queries: Path, *options: str) -> str:
    stdout = io.StringIO()
    arguments = ["--docs", str(docs), "--queries", str(queries), "--embeddings", "hashed", "--quiet", *options]
    call_command("evaluate", "retrieval", *arguments, stdout=stdout)
    return stdout.getvalue()


def test_the_command_reports_three_rankers_on_the_same_questions(files, tmp_path):
    out = tmp_path / "report.json"
    printed = evaluate(*files, "--json", str(out))
    report = json.loads(out.read_text())
    assert (report["queries"], report["skipped"], report["documents"], report["passages"]) == (3, 1, 3, 3)
    for ranker in ("bm25", "dense", "product"):
        assert set(report[ranker]) == {"hit@1", "recall@5", "hit@5", "mrr@10", "ndcg@10"}
        assert ranker in printed
    assert report["product"]["hit@1"] == 1.0


def test_history_helps_the_product_only(files, tmp_path):
    out = tmp_path / "report.json"
    evaluate(*files, "--json", str(out))
    report = json.loads(out.read_text())
    assert report["product"]["ndcg@10"] > report["bm25"]["ndcg@10"]


def test_limit_asks_only_the_first_questions(files, tmp_path):
    out = tmp_path / "report.json"
    evaluate(*files, "--limit", "1", "--json", str(out))
    assert json.loads(out.read_text())["queries"] == 1


@pytest.mark.parametrize(
    ("documents", "questions", "words"),
    [
        ([*DOCUMENTS, "{"], QUESTIONS, "docs.jsonl line 4"),
        ([*DOCUMENTS, "[]"], QUESTIONS, "docs.jsonl line 4 is not a JSON object"),
        ([{"id": "a", "title": "t"}], QUESTIONS, "docs.jsonl line 1: text must be"),
        ([DOCUMENTS[0], DOCUMENTS[0]], QUESTIONS, "the same document id twice"),
        (DOCUMENTS, [{"text": 3, "relevant": ["a"]}], "queries.jsonl line 1: text must be"),
        (DOCUMENTS, [QUESTIONS[0], {"text": "x", "relevant": ["zz"]}], "queries.jsonl line 2: relevant names 'zz'"),
        (DOCUMENTS, [{"text": "x", "relevant": "a"}], "relevant must be a list"),
        (DOCUMENTS, [{"text": "x", "relevant": ["a"], "history": [1]}], "history must be a list"),
        (DOCUMENTS, [QUESTIONS[3]], "holds no question"),
        ([], QUESTIONS, "holds no document"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path, documents, questions, words):
    with pytest.raises(InvalidInput) as refused:
        read_set(*write(tmp_path, documents, questions))
    assert words in refused.value.message


def test_the_command_says_one_clear_sentence_about_a_bad_file(files, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        evaluate(tmp_path / "missing.jsonl", files[1])


def test_blank_lines_are_no_rows(tmp_path):
    assert len(read_set(*write(tmp_path, [DOCUMENTS[0], "", " "], [QUESTIONS[0]])).documents) == 1


def test_bm25_by_hand():
    index = Bm25([["refund", "day"], ["refund", "refund", "parcel", "day"], ["price"]])
    refund, parcel = index.scores(["refund"]), index.scores(["parcel"])
    assert refund[2] == 0
    # idf ln(1 + 1.5/2.5); tf 1 with length 2 of mean 7/3.
    assert refund[0] == pytest.approx(0.470004 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / (7 / 3))), rel=1e-4)
    assert parcel.argmax() == 1
    assert index.scores(["unknown"]).tolist() == [0, 0, 0]


def test_cosines_by_hand():
    import numpy as np

    passages = np.array([[2, 0], [0, 1], [-1, 0], [0, 0]], dtype=np.float32)
    assert cosines(np.array([3, 0], dtype=np.float32), passages).tolist() == [1, 0, -1, 0]


def test_the_cache_embeds_each_text_once_and_keeps_questions_apart(tmp_path):
    inner = HashedWordsEmbeddings()
    first = CachedEmbeddings(inner, inner.recipe, tmp_path)
    vectors = first.embed_documents(["refund", "parcel", "refund"])
    asked = first.embed_query("refund")
    assert inner.calls == 3
    again = CachedEmbeddings(inner, inner.recipe, tmp_path)
    assert [list(map(round6, one)) for one in again.embed_documents(["refund", "parcel", "refund"])] == [
        list(map(round6, one)) for one in vectors
    ]
    assert list(map(round6, again.embed_query("refund"))) == list(map(round6, asked))
    assert inner.calls == 3
    CachedEmbeddings(inner, "another recipe", tmp_path).embed_query("refund")
    assert inner.calls == 4


def round6(value: float) -> float:
    return round(value, 6)


def test_the_benchmark_times_every_stage():
    report = benchmark(HashedWordsEmbeddings(), passages=60, questions=5, quiet=True)
    assert {"embed", "lexical", "dense", "confirm", "fuse", "total", "without_embed"} <= set(report["stages"])
    assert all(0 <= spent["p50_ms"] <= spent["p95_ms"] for spent in report["stages"].values())


def test_the_benchmark_command_prints_and_writes(tmp_path):
    out, stdout = tmp_path / "report.json", io.StringIO()
    arguments = ["--passages", "30", "--questions", "2", "--embeddings", "hashed", "--quiet", "--json", str(out)]
    call_command("benchmark", "retrieval", *arguments, stdout=stdout)
    assert "p95" in stdout.getvalue()
    assert json.loads(out.read_text())["passages"] == 30
