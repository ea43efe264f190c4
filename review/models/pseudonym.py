"""Under what the trail knows people."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Pseudonym(models.Model):
    """The key that stands for a person in the chain. Without this row nobody can say whose it was.

    The key is made of the person's number by a secret of this row alone (review/chain.py), so the row
    cannot be given to another person unnoticed. Deletion of a person destroys it.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="pseudonym"
    )
    key = models.UUIDField(unique=True, editable=False)
    secret = models.BinaryField(max_length=16, editable=False)

    class Meta:
        default_permissions = ["view"]

    def __str__(self) -> str:
        return f"Pseudonym {self.key}"
