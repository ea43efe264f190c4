from django.contrib import admin

from conversations.models import Import, Origin

from .facts import WORDS_OF_CONVERSATION, FactsAdmin, words_of


@admin.register(Import)
class ImportAdmin(FactsAdmin):
    words = ("file_name", "skipped", "problem")
    related = ("owner",)
    found_by_name = "owner__username"
    list_display = ("public_id", "owner", "stage", "source", "size", "taken", "unreadable", "created_at")
    list_filter = ("stage", "source", "created_at")
    ordering = ("-pk",)
    fields = (
        *("public_id", "owner", "stage", "source", "size", "offset", "record"),
        *("found", "messages", "replaced", "here_already", "unreadable", "taken", "taken_messages"),
        *("created_at", "updated_at"),
    )


@admin.register(Origin)
class OriginAdmin(FactsAdmin):
    words = words_of("conversation", WORDS_OF_CONVERSATION)
    related = ("owner", "conversation")
    found_by_id = ("conversation__public_id",)
    found_by_name = "owner__username"
    list_display = ("conversation", "owner", "source", "key")
    list_filter = ("source",)
    ordering = ("-pk",)
    fields = ("conversation", "owner", "source", "key")
