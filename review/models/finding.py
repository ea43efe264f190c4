"""What finding needs of its own: filters under a name, and what a conversation comes to in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation

if TYPE_CHECKING:
    from accounts.models import User

NAME_LENGTH = 60
QUERY_LENGTH = 2_000


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def usable_by(self, reader: User) -> SavedFilterQuerySet:
        """Their own, and what others share; their own first."""
        mine = models.Case(models.When(owner=reader, then=0), default=1)
        return self.filter(Q(owner=reader) | Q(shared=True)).order_by(mine, "name", "pk")


class SavedFilter(models.Model):
    """A list of the console under a name: its owner's, or of all who may read."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField(max_length=NAME_LENGTH)
    query = models.CharField(max_length=QUERY_LENGTH, blank=True, help_text=_("As it stands in an address."))
    shared = models.BooleanField(default=False, help_text=_("With all who may read conversations."))
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_name_once_for_its_owner")
        ]

    def __str__(self) -> str:
        return f"SavedFilter {self.public_id}"


class Extent(models.Model):
    """How long a conversation is and what it cost, so that lists can be filtered by it.

    It may lag behind by what happened since: finding/extents.py tells when it is counted again.
    """

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="extent"
    )
    messages = models.PositiveIntegerField(default=0, help_text=_("In all versions."))
    tokens = models.BigIntegerField(
        default=0, help_text=_("Question and answer, as far as counts are trusted.")
    )
    cost = models.BigIntegerField(default=0, help_text=_("In hundred-millionths of a US dollar."))
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "extents"
        indexes = [models.Index(fields=["counted_at"], name="extent_counted")]

    def __str__(self) -> str:
        return f"Extent of {self.conversation_id}"
