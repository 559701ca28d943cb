"""Counters behind the rate limits: one row per limited key."""

from django.db import models


class LimitWindow(models.Model):
    """How often `key` was used since `started_at`, the beginning of its window. The scheduler prunes old rows."""

    key = models.CharField(max_length=120, unique=True)
    started_at = models.DateTimeField(db_index=True)
    used_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}: {self.used_count}"
