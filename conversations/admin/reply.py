from django.contrib import admin

from conversations.models import Reply

from .facts import WORDS_OF_CONVERSATION, FactsAdmin, words_of


@admin.register(Reply)
class ReplyAdmin(FactsAdmin):
    words = ("text", *words_of("conversation", WORDS_OF_CONVERSATION))
    related = ("conversation__owner", "author")
    found_by_id = ("public_id", "conversation__public_id")
    list_display = ("pk", "conversation", "author", "created_at", "read_at")
    list_filter = ("created_at",)
    ordering = ("-pk",)
    fields = ("public_id", "conversation", "author", "created_at", "read_at")
