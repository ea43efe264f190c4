from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from conversations.models import Attachment

from .facts import FactsAdmin


@admin.register(Attachment)
class AttachmentAdmin(FactsAdmin):
    words = ("name", "text")
    related = ("owner",)
    found_by_id = ("public_id", "messages__conversation__public_id")
    found_by_name = "owner__username"
    list_display = ("public_id", "owner", "kind", "byte_count", "pages", "created_at", "deleted_at")
    list_filter = ("kind", "created_at")
    ordering = ("-pk",)
    fields = (
        "public_id",
        "owner",
        "kind",
        "media_type",
        "byte_count",
        "sha256",
        "width",
        "height",
        "pages",
        "characters",
        "created_at",
        "deleted_at",
        "withdrawn_at",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        rows, _ = super().get_search_results(request, queryset, search_term)
        return rows, True  # found once for each message that carries it
