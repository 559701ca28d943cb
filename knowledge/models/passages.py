"""
Passages cut from versions, and the vectors of their texts.

A vector belongs to a text and a recipe, not to a passage: an unchanged paragraph in a new version is never embedded
again.
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.models.documents import DocumentVersion

NAMESPACE = uuid.UUID("4d9c3f6a-2a54-4f5e-9b67-0f4f4d0f9a11")


class Passage(models.Model):
    """
    What is found and cited: a stretch of one version's body under its headings.

    The id is derived from version, chunking generation, position and content, so that cutting the same version again
    gives the same ids.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    version = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="passages")
    chunking_generation = models.PositiveSmallIntegerField()
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=16)
    heading_path = models.JSONField(_("headings"), default=list)
    text = models.TextField(_("text"))
    questions = models.JSONField(_("questions"), default=list)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        ordering = ["version_id", "chunking_generation", "ordinal"]
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [
            models.UniqueConstraint(fields=["version", "chunking_generation", "ordinal"], name="passage_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}#{self.ordinal}"


def passage_id(version_public_id: uuid.UUID, chunking_generation: int, ordinal: int, text: str) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, f"{version_public_id}|{chunking_generation}|{ordinal}|{text}")


class PassageVector(models.Model):
    """The float32 vector (little endian bytes) of a text under a recipe; `content_hash` is the SHA-256 of the text."""

    content_hash = models.CharField(max_length=64)
    recipe = models.CharField(max_length=120)
    vector = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["content_hash", "recipe"], name="vector_of_text_once")]

    def __str__(self) -> str:
        return f"{self.content_hash[:12]} {self.recipe}"
