from uuid import UUID

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from .models import ReadEvent


@admin.register(ReadEvent)
class ReadEventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "reader_name", "owner_name", "action", "reason", "address", "conversation_id")
    list_filter = ("action", "at")
    search_fields = ("reader_name", "owner_name")
    found_by_what = "By the name of a reader or of an owner, or the id of a conversation."
    fields = ("at", "reader", "reader_name", "owner_name", "action", "reason", "address", "conversation_id")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ReadEvent], search_term: str
    ) -> tuple[QuerySet[ReadEvent], bool]:
        if public_id := as_uuid(search_term.strip()):
            return queryset.filter(conversation_id=public_id), False
        return super().get_search_results(request, queryset, search_term)


def as_uuid(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None
