from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import RecordAdmin

from .models import ReadEvent, SavedFilter, Tally


@admin.register(ReadEvent)
class ReadEventAdmin(RecordAdmin):
    list_display = ("at", "reader_name", "owner_name", "action", "reason", "address", "conversation_id")
    list_filter = ("action", "at")
    search_fields = ("reader_name", "owner_name")
    found_by_what = _("By the name of a reader or of an owner, or the id of a conversation.")
    fields = ("at", "reader", "reader_name", "owner_name", "action", "reason", "address", "conversation_id")
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ReadEvent], search_term: str
    ) -> tuple[QuerySet[ReadEvent], bool]:
        if public_id := as_uuid(search_term.strip()):
            return queryset.filter(conversation_id=public_id), False
        return super().get_search_results(request, queryset, search_term)


@admin.register(SavedFilter)
class SavedFilterAdmin(RecordAdmin):
    list_display = ("name", "owner", "shared", "created_at")
    fields = ("name", "owner", "query", "shared", "created_at")


@admin.register(Tally)
class TallyAdmin(RecordAdmin):
    list_display = ("conversation_id", "messages", "tokens", "counted_at")
    fields = ("conversation", "messages", "tokens", "cost", "counted_at")
    show_full_result_count = False


def as_uuid(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None
