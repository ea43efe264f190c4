"""The read trail: who read whose words, when, from where and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    OPENED = "opened", _("Opened")
    LISTED = "listed", _("Listed")
    SEARCHED = "searched", _("Searched")
    EXPORTED = "exported", _("Exported")
    # Nobody read anything: a person was deleted, and with them the names that stood beside the chain.
    FORGOTTEN = "forgotten", _("Person deleted")


APPEND_ONLY = "The read trail is append-only."


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **fields: Any) -> NoReturn:
        raise TypeError(APPEND_ONLY)

    def delete(self) -> NoReturn:
        raise TypeError(APPEND_ONLY)

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError(APPEND_ONLY)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        if options.get("update_conflicts"):
            raise TypeError(APPEND_ONLY)
        return super().bulk_create(objs, *args, **options)


class ReadEventQuerySet(AppendOnlyQuerySet):
    def erase(self, *fields: str) -> int:
        """Empty what stands beside the chain of people who are deleted; nothing else gets through."""
        empty = {"address": None, "reader": None}
        return super(AppendOnlyQuerySet, self).update(**{name: empty.get(name, "") for name in fields})


class AppendOnly(models.Model):
    """Rows are added, never changed: not here, not in the administration, not by the database."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError(APPEND_ONLY)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(APPEND_ONLY)


class ReadEvent(AppendOnly):
    """Somebody was shown conversations of others: one opening, one page of results, one batch of an export.

    The names, the address and the reason stand beside the chain, under seals, and can be erased.
    """

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="read_events"
    )
    reader_name = models.CharField(max_length=150, help_text=_("Empty when the person is deleted."))
    conversation_id = models.UUIDField(
        null=True, help_text=_("The conversation's public id, where it was one; kept when it is gone.")
    )
    owner_name = models.CharField(max_length=150)
    action = models.CharField(max_length=10, choices=Action.choices)
    reason = models.CharField(max_length=500, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    # Empty only in what an earlier version writes while both run: `verify_trail --take-over` chains it.
    position = models.PositiveBigIntegerField(null=True, unique=True, editable=False)
    reader_key = models.UUIDField(null=True, editable=False)
    seals = models.BinaryField(max_length=48, null=True, editable=False)
    hash = models.BinaryField(max_length=32, null=True, editable=False)

    objects: ClassVar = ReadEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["conversation_id", "-id"], name="read_event_conversation")]
        default_permissions = ["view"]
        permissions = [("read_conversations", "Can read other people's conversations")]

    def __str__(self) -> str:
        return f"ReadEvent {self.pk}"

    @property
    def shown(self) -> list[UUID]:
        """The public ids of what was shown."""
        return list(self.sightings.values_list("conversation_id", flat=True))


class Sighting(AppendOnly):
    """One conversation of those that an event showed, and under what key the trail knows its owner."""

    event = models.ForeignKey(ReadEvent, on_delete=models.PROTECT, related_name="sightings")
    conversation_id = models.UUIDField()
    owner_key = models.UUIDField()

    objects: ClassVar = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["conversation_id", "-event"], name="sighting_conversation"),
            models.Index(fields=["owner_key", "-event"], name="sighting_owner"),
        ]

    def __str__(self) -> str:
        return f"Sighting {self.pk}"
