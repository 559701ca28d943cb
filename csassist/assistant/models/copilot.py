"""What the copilot keeps of an episode: its rolling summary, and what similar cases are found by."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from csassist.conversations.models import Episode


class EpisodeSummary(models.Model):
    """
    The newest summary of an episode. It is stale once a message above `read_through_id` was written.

    `content` is what `copilot.summary_rules.Summary.as_json` gives; `model_problem` why no model wrote it.
    """

    class WrittenBy(models.TextChoices):
        RULES = "rules", _("Rules")
        MODEL = "model", _("Model")

    episode = models.OneToOneField(Episode, on_delete=models.CASCADE, related_name="summary", verbose_name=_("episode"))
    read_through_id = models.PositiveBigIntegerField(default=0)
    content = models.JSONField(_("summary"), default=dict)
    written_by = models.CharField(_("written by"), max_length=8, choices=WrittenBy.choices, default=WrittenBy.RULES)
    model_problem = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")

    def __str__(self) -> str:
        return f"{self.episode_id} {self.made_at:%Y-%m-%d %H:%M}"


class EpisodeGistQuerySet(models.QuerySet["EpisodeGist"]):
    def searchable(self, recipe: str) -> Self:
        """Solved ones with a vector of this recipe, newest first."""
        return self.filter(recipe=recipe, is_solved=True).order_by("-closed_at", "-pk")


class EpisodeGist(models.Model):
    """
    A closed episode in two texts and a vector. Names, addresses and numbers of the person are masked in both texts.

    One that ended without an answer has a row too, not solved and without a vector, so that it is not read again.
    `vector` holds float32 values, little-endian, of unit length, of the space `recipe`; `content_hash` is of the texts.
    """

    episode = models.OneToOneField(Episode, on_delete=models.CASCADE, related_name="gist", verbose_name=_("episode"))
    question = models.TextField(_("question"), blank=True)
    answer = models.TextField(_("answer"), blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    is_solved = models.BooleanField(_("solved"), default=False)
    content_hash = models.CharField(max_length=64, blank=True)
    recipe = models.CharField(max_length=120, blank=True, db_index=True)
    vector = models.BinaryField(default=bytes, editable=False)
    closed_at = models.DateTimeField(_("closed"), db_index=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = EpisodeGistQuerySet.as_manager()

    class Meta:
        ordering = ["-closed_at"]
        verbose_name = _("solved case")
        verbose_name_plural = _("solved cases")

    def __str__(self) -> str:
        return f"{self.episode_id} {self.closed_at:%Y-%m-%d}"
