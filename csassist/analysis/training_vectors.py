"""The vectors of examples in the database: made once, kept with the example, gone with it."""

from collections.abc import Mapping, Sequence

from csassist.analysis.intent_models import RECIPE, Vector, unpacked
from csassist.analysis.models import ExampleVector, IntentExample
from csassist.analysis.training_data import TrainingData, TrainingExample

Vectors = Mapping[str, Vector]  # by the text of the example


def without_vector(data: TrainingData) -> list[TrainingExample]:
    """The examples that have no vector of today's recipe."""
    known = set(ExampleVector.objects.filter(recipe=RECIPE).values_list("example_id", flat=True))
    return [one for one in data.examples if one.key not in known]


def store_vectors(examples: Sequence[TrainingExample], vectors: Sequence[bytes]) -> None:
    """An example that was removed meanwhile is passed over."""
    there = set(IntentExample.objects.filter(pk__in=[one.key for one in examples]).values_list("pk", flat=True))
    ExampleVector.objects.bulk_create(
        [
            ExampleVector(example_id=one.key, recipe=RECIPE, values=values)
            for one, values in zip(examples, vectors, strict=True)
            if one.key in there
        ],
        update_conflicts=True,
        unique_fields=["example"],
        update_fields=["recipe", "values"],
    )


def vectors_by_text(data: TrainingData) -> Vectors:
    texts = {one.key: one.text for one in data.examples}
    stored = ExampleVector.objects.filter(recipe=RECIPE).values_list("example_id", "values")
    return {texts[key]: unpacked(bytes(values)) for key, values in stored if key in texts}
