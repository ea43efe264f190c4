"""The read trail: who read whose words, when, from where and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models_finding import SavedFilter, Tally


class Action(models.TextChoices):
    OPENED = "opened", _("Opened")
    LISTED = "listed", _("Listed")
    SEARCHED = "searched", _("Searched")
    EXPORTED = "exported", _("Exported")


# Django finds the models of an app here.
__all__ = ["Action", "ReadEvent", "SavedFilter", "Tally"]

APPEND_ONLY = "The read trail is append-only."


class ReadEventQuerySet(models.QuerySet["ReadEvent"]):
    def update(self, **fields: Any) -> NoReturn:
        raise TypeError(APPEND_ONLY)

    def delete(self) -> NoReturn:
        raise TypeError(APPEND_ONLY)

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise TypeError(APPEND_ONLY)

    def bulk_create(self, objs: Iterable[ReadEvent], *args: Any, **options: Any) -> list[ReadEvent]:
        if options.get("update_conflicts"):
            raise TypeError(APPEND_ONLY)
        return super().bulk_create(objs, *args, **options)


class ReadEvent(models.Model):
    """Somebody read another person's conversation. Rows are added, never changed."""

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="read_events"
    )
    reader_name = models.CharField(max_length=150, help_text=_("Kept when the account is gone."))
    conversation_id = models.UUIDField(help_text=_("The conversation's public id; kept when it is gone."))
    owner_name = models.CharField(max_length=150)
    action = models.CharField(max_length=10, choices=Action.choices)
    reason = models.CharField(max_length=500, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar = ReadEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["conversation_id", "-id"], name="read_event_conversation")]
        default_permissions = ["view"]
        permissions = [("read_conversations", "Can read other people's conversations")]

    def __str__(self) -> str:
        return f"ReadEvent {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError(APPEND_ONLY)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(APPEND_ONLY)
