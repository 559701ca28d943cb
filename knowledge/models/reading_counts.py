"""How often articles of the help centre are opened: a number a day, nothing about who opened them."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from knowledge.models.documents import Document


class ArticleViewsQuerySet(models.QuerySet["ArticleViews"]):
    def since(self, day: date) -> Self:
        return self.filter(day__gte=day)


class ArticleViews(models.Model):
    """The openings of one document on one day (UTC); no row means none."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="views", verbose_name=_("document"))
    day = models.DateField(_("day"), db_index=True)
    count = models.PositiveIntegerField(_("views"), default=0)

    objects = ArticleViewsQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "document"]
        verbose_name = _("article views")
        verbose_name_plural = _("article views")
        constraints = [models.UniqueConstraint(fields=["document", "day"], name="article_views_once_a_day")]

    def __str__(self) -> str:
        return f"{self.document_id} {self.day}: {self.count}"


def views_since(day: date) -> Sum:
    """An annotation of documents: their views from that day on, None when there were none."""
    return Sum("views__count", filter=Q(views__day__gte=day))
