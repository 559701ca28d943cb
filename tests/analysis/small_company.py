"""A small company whose examples take milliseconds to learn from."""

import numpy as np

from csassist.llm.local_embeddings import HashedWordsEmbeddings

ORDERS = ("where is my parcel", "my parcel is late", "parcel not here", "track my parcel", "我的快递在哪", "快递还没到")
REFUNDS = ("refund my money", "money back please", "when is my refund", "refund not paid", "什么时候退款", "退款没到账")
STRANGERS = ("who won the football game", "tell me a joke", "写一首诗", "weather tomorrow")
ROWS = [
    *((text, "order") for text in ORDERS),
    *((text, "refund") for text in REFUNDS),
    *((text, "oos") for text in STRANGERS),
]


def hashed(texts):
    """Vectors of the shipped stand-in, one row a text."""
    return np.array(HashedWordsEmbeddings().embed_documents(list(texts)), dtype=np.float32)
