"""Rows that the administration shows and does not write."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest


class UnnamedHistory(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of a person, whose history tells their keys and not whose they are: it outlives the person."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:  # noqa: ANN401
        return self.unnamed(super().log_addition(request, obj, message))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:  # noqa: ANN401
        return self.unnamed(super().log_change(request, obj, message))

    def log_deletions(self, request: HttpRequest, queryset: Any) -> list[LogEntry]:  # noqa: ANN401
        return [self.unnamed(entry) for entry in super().log_deletions(request, queryset)]

    def unnamed(self, entry: LogEntry) -> LogEntry:
        entry.object_repr = f"{self.opts.verbose_name} {entry.object_id}"
        entry.save(update_fields=["object_repr"])
        return entry


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that are looked at or deleted, never written."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False


class RecordAdmin(ReadOnlyAdmin):
    """Rows that are looked at, and stay."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False
