"""
The catalogue as it is at this moment, with the trained model that reads by it.

A model is loaded once in a process and again when another version goes live; a stored model whose digest is not the one
written beside it is never loaded.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from csassist.analysis import intent_models
from csassist.analysis.classifier import IntentModel
from csassist.analysis.models import Intent, IntentModelVersion
from csassist.core.logs import emit


@dataclass(frozen=True)
class CatalogueNow:
    """
    `keys` are the intents in use, with their rows. `model` None is the one shipped with the code; `version` is the row
    of the trained one.
    """

    keys: Mapping[str, int]
    model: IntentModel | None = None
    version: int | None = None


def catalogue_now() -> CatalogueNow:
    """What messages are read by. A trained model that cannot be loaded is as good as none, and is logged."""
    keys = dict(Intent.objects.active().values_list("key", "pk"))
    live = IntentModelVersion.objects.live().values_list("pk", "artifact_digest").first()
    if live is None or not keys:
        return CatalogueNow(keys)
    model = _loaded(*live)
    return CatalogueNow(keys, model, live[0] if model else None)


@lru_cache(maxsize=2)
def _loaded(version_pk: int, artifact_digest: str) -> IntentModel | None:
    stored = IntentModelVersion.objects.filter(pk=version_pk).values_list("artifact", flat=True).first()
    artifact = bytes(stored or b"")
    if hashlib.sha256(artifact).hexdigest() != artifact_digest:
        emit("intents.model_refused", level=logging.ERROR, version=version_pk, reason="digest")
        return None
    try:
        return intent_models.loaded(artifact)
    except intent_models.UnreadableModel:
        emit("intents.model_refused", level=logging.ERROR, version=version_pk, reason="format")
        return None
