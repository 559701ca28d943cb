"""The catalogue of intents: what customers may want, in both languages, each with sentences that show it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from csassist.analysis.reading import OUT_OF_SCOPE

TEXT_MOST_CHARACTERS = 500


class ExampleLanguage(models.TextChoices):
    ENGLISH = "en", _("English")
    CHINESE = "zh", _("Chinese")


class IntentQuerySet(models.QuerySet["Intent"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_counts(self) -> Self:
        """Adds `examples_count`, and `english_count` and `chinese_count` of these."""
        return self.annotate(
            examples_count=Count("examples"),
            english_count=Count("examples", filter=Q(examples__language=ExampleLanguage.ENGLISH)),
            chinese_count=Count("examples", filter=Q(examples__language=ExampleLanguage.CHINESE)),
        )


class Intent(models.Model):
    """
    One thing that customers want. `key` is its name for programs and never changes.

    An intent that is switched off is neither read nor trained; its examples stay.
    """

    key = models.CharField(_("key"), max_length=64, unique=True)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=100, blank=True)
    description_en = models.CharField(_("description in English"), max_length=500, blank=True)
    description_zh = models.CharField(_("description in Chinese"), max_length=500, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    objects = IntentQuerySet.as_manager()

    class Meta:
        ordering = ["position", "key"]
        verbose_name = _("intent")
        verbose_name_plural = _("intents")
        constraints = [models.CheckConstraint(condition=~Q(key=OUT_OF_SCOPE), name="intent_key_is_not_out_of_scope")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of whoever looks."""
        return (_is_chinese() and self.name_zh) or self.name_en or self.name_zh

    @property
    def description(self) -> str:
        return (_is_chinese() and self.description_zh) or self.description_en or self.description_zh


class IntentExampleQuerySet(models.QuerySet["IntentExample"]):
    def in_use(self) -> Self:
        """What a model is trained from: examples of intents in use, and those that are out of scope."""
        return self.filter(Q(intent=None) | Q(intent__is_active=True))


class IntentExample(models.Model):
    """
    A sentence with the intent it shows; none means out of scope.

    `digest` is that of the text without regard to case, width and spacing: the same sentence stands here once, so that
    it cannot be in the training and in the test at the same time. An example that came from a customer's message goes
    when the message goes.
    """

    class Source(models.TextChoices):
        WRITTEN = "written", _("Written by hand")
        CORRECTION = "correction", _("From a correction")
        IMPORTED = "imported", _("Imported")

    intent = models.ForeignKey(
        Intent, null=True, blank=True, on_delete=models.CASCADE, related_name="examples", verbose_name=_("intent")
    )
    text = models.CharField(_("text"), max_length=TEXT_MOST_CHARACTERS)
    digest = models.CharField(max_length=64, editable=False)
    language = models.CharField(_("language"), max_length=8, choices=ExampleLanguage.choices)
    source = models.CharField(_("where from"), max_length=16, choices=Source.choices, default=Source.WRITTEN)
    reading = models.ForeignKey(
        "analysis.MessageReading", null=True, on_delete=models.CASCADE, related_name="examples", editable=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = IntentExampleQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("example of an intent")
        verbose_name_plural = _("examples of intents")
        constraints = [models.UniqueConstraint(fields=["language", "digest"], name="intent_example_once")]

    def __str__(self) -> str:
        return self.text[:80]


class ExampleVector(models.Model):
    """
    What an example means, kept so that a training embeds only what is new. `recipe` names the vector space; vectors of
    another are made anew.
    """

    example = models.OneToOneField(IntentExample, on_delete=models.CASCADE, related_name="vector")
    recipe = models.CharField(max_length=300)
    values = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.example_id} {self.recipe}"


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")
