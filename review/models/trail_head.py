"""Where the chain ends."""

from __future__ import annotations

from django.db import models


class TrailHead(models.Model):
    """How far the trail goes, in one row, signed with the key of the site. Who adds to the trail holds it."""

    position = models.PositiveBigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, editable=False)
    signature = models.CharField(max_length=64)

    class Meta:
        default_permissions = ["view"]
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="trail_head_is_one_row")]

    def __str__(self) -> str:
        return f"Head of the trail at {self.position}"
