"""
The work of one training: the vectors of the examples, cross-validation fold by fold, then the model itself.

One step a turn, under a lease, so that other work gets its turn; what is done is stored, and whoever takes the training
next goes on with what is left. An example that changes meanwhile begins it anew: a figure is never of two catalogues.
"""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from csassist.analysis import intent_models
from csassist.analysis.intent_figures import figures_of, outcomes_of
from csassist.analysis.models import IntentModelVersion, ReadingCorrection
from csassist.analysis.training_data import FOLDS, TrainingData, TrainingExample, training_data
from csassist.analysis.training_vectors import Vectors, store_vectors, vectors_by_text, without_vector
from csassist.core.errors import InvalidInput
from csassist.core.logs import emit

MOST_ATTEMPTS: Final = 4
EMBEDDED_A_STEP: Final = 128  # about five seconds
State = IntentModelVersion.State


class LeaseLost(Exception):
    """Another worker has the training."""


def work_on(version: IntentModelVersion) -> bool:
    """Take the training one step further; True when it is over. Nothing happens while another worker has it."""
    token = _claim(version)
    if token is None:
        return False
    version.refresh_from_db()
    try:
        if version.attempts_count > MOST_ATTEMPTS:
            return _fail(version, token, _("Training it ended the worker several times."))
        data = training_data()
        if not data.is_enough:
            return _fail(version, token, not_enough_in_words(data))
        if data.digest != version.data_digest:
            _begin(version, token, data)
        return _take_step(version, token, data)
    except InvalidInput as error:
        return _fail(version, token, error.message)
    except LeaseLost:
        return False


def lease_for(examples_count: int) -> timedelta:
    """Longer than the longest step, which is a fit of all examples: 2 s for 1,700, some minutes for 20,000."""
    return timedelta(seconds=120 + examples_count // 20)


def _take_step(version: IntentModelVersion, token: uuid.UUID, data: TrainingData) -> bool:
    """Whether it was the last one."""
    if version.reads_meaning is not False and (missing := without_vector(data)):
        _embed(version, token, data, missing)
        return False
    vectors = vectors_by_text(data) if version.reads_meaning is not False else None
    number = next_fold(version, data)
    if number is not None:
        _read_fold(version, token, data, number, vectors)
        return False
    _finish(version, token, data, vectors)
    return True


def next_fold(version: IntentModelVersion, data: TrainingData) -> int | None:
    """The first fold that was not read yet; None when only the model itself is left to be made."""
    read = {int(key) for key in version.outcomes}
    return next((number for number in range(FOLDS) if any(one.key not in read for one in data.fold(number))), None)


def not_enough_in_words(data: TrainingData) -> str:
    return _(
        "At least two intents need five examples each. There are %(count)d such intents; too few examples: %(names)s."
    ) % {"count": data.intents_count, "names": ", ".join(data.left_out[:20]) or "–"}


def _begin(version: IntentModelVersion, token: uuid.UUID, data: TrainingData) -> None:
    version.data_digest, version.outcomes = data.digest, {}
    version.reads_meaning, version.vectors_count = None, 0
    version.examples_count, version.intents_count = len(data.examples), data.intents_count
    version.out_of_scope_count, version.corrections_count = data.out_of_scope_count, data.corrections_count
    _keep(
        version,
        token,
        *("data_digest", "outcomes", "reads_meaning", "vectors_count"),
        *("examples_count", "intents_count", "out_of_scope_count", "corrections_count"),
    )


def _embed(
    version: IntentModelVersion, token: uuid.UUID, data: TrainingData, missing: Sequence[TrainingExample]
) -> None:
    batch = missing[:EMBEDDED_A_STEP]
    vectors = intent_models.vectors_of([one.text for one in batch])
    if vectors is not None:
        store_vectors(batch, vectors)
    done_count = len(data.examples) - len(missing) + len(batch)
    _give_back(version, token, reads_meaning=vectors is not None, vectors_count=done_count, attempts_count=0)


def _read_fold(
    version: IntentModelVersion, token: uuid.UUID, data: TrainingData, number: int, vectors: Vectors | None
) -> None:
    others, left_out = data.without_fold(number), data.fold(number)
    model = intent_models.fitted([(one.text, one.label) for one in others], vectors)
    read = intent_models.labels_of(model, [one.text for one in left_out], vectors)
    version.outcomes |= {str(one.key): [one.label, label] for one, label in zip(left_out, read, strict=True)}
    _give_back(
        version,
        token,
        outcomes=version.outcomes,
        reads_meaning=vectors is not None,
        vectors_count=len(vectors or ()),
        attempts_count=0,
    )


def _finish(version: IntentModelVersion, token: uuid.UUID, data: TrainingData, vectors: Vectors | None) -> None:
    artifact = intent_models.stored(intent_models.fitted([(one.text, one.label) for one in data.examples], vectors))
    figures = figures_of(outcomes_of(version.outcomes))
    with transaction.atomic():
        _give_back(
            version,
            token,
            state=State.TRAINED,
            artifact=artifact,
            artifact_digest=hashlib.sha256(artifact).hexdigest(),
            accuracy=figures.accuracy,
            macro_f1=figures.macro_f1,
            out_of_scope_recall=figures.out_of_scope_recall,
            trained_at=timezone.now(),
        )
        learned = ReadingCorrection.objects.filter(
            field=ReadingCorrection.Field.INTENT,
            used_in_version=None,
            reading__examples__in=[one.key for one in data.examples if one.is_correction],
        )
        ReadingCorrection.objects.filter(pk__in=learned.values("pk")).update(used_in_version=version)
    emit("intents.trained", version=version.number, examples=len(data.examples), accuracy=figures.accuracy)


def _fail(version: IntentModelVersion, token: uuid.UUID, failure: str) -> bool:
    _give_back(version, token, state=State.FAILED, failure=failure[:300])
    return True


def _claim(version: IntentModelVersion) -> uuid.UUID | None:
    now, token = timezone.now(), uuid.uuid4()
    free = IntentModelVersion.objects.due(now).filter(pk=version.pk)
    taken = free.update(
        state=State.TRAINING,
        lease_until=now + lease_for(version.examples_count),
        lease_token=token,
        attempts_count=F("attempts_count") + 1,
    )
    return token if taken else None


def _keep(version: IntentModelVersion, token: uuid.UUID, *names: str) -> None:
    changes = {name: getattr(version, name) for name in names}
    if not _mine(version, token).update(lease_until=timezone.now() + lease_for(version.examples_count), **changes):
        raise LeaseLost


def _give_back(version: IntentModelVersion, token: uuid.UUID, **changes: object) -> None:
    if not _mine(version, token).update(lease_until=None, lease_token=None, **changes):
        raise LeaseLost


def _mine(version: IntentModelVersion, token: uuid.UUID) -> QuerySet[IntentModelVersion]:
    return IntentModelVersion.objects.unfinished().filter(pk=version.pk, lease_token=token)
