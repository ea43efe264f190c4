from django.contrib import admin

from conversations.models import Import, Origin

from .facts import WORDS_OF_CONVERSATION, FactsAdmin, words_of


@admin.register(Import)
class ImportAdmin(FactsAdmin):
    # Why a record was passed over may quote it, and the name of a file is its owner's.
    words = ("file_name", "problem", "skipped")
    related = ("owner",)
    found_by_name = "owner__username"
    list_display = ("pk", "owner", "stage", "source", "size", "found", "taken", "created_at")
    list_filter = ("stage", "created_at")
    ordering = ("-pk",)
    fields = (
        *("public_id", "owner", "stage", "source", "size", "offset", "record"),
        *("found", "messages", "replaced", "here_already", "unreadable", "taken", "taken_messages"),
        *("created_at", "updated_at"),
    )


@admin.register(Origin)
class OriginAdmin(FactsAdmin):
    words = ("key", *words_of("conversation", WORDS_OF_CONVERSATION))
    related = ("conversation", "owner")
    found_by_id = ("conversation__public_id",)
    found_by_name = "owner__username"
    list_display = ("pk", "conversation", "owner", "source")
    list_filter = ("source",)
    ordering = ("-pk",)
    fields = ("conversation", "owner", "source")
