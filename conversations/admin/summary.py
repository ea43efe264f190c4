from django.contrib import admin

from conversations.models import Summary

from .facts import WORDS_OF_CONVERSATION, WORDS_OF_GENERATION, WORDS_OF_MESSAGE, FactsAdmin, words_of


@admin.register(Summary)
class SummaryAdmin(FactsAdmin):
    words = (
        "text",
        *words_of("upto", WORDS_OF_MESSAGE),
        *words_of("generation", WORDS_OF_GENERATION),
        *words_of("conversation", WORDS_OF_CONVERSATION),
    )
    related = ("conversation__owner", "upto", "generation")
    found_by_id = ("public_id", "conversation__public_id")
    list_display = ("pk", "conversation", "upto", "by_person", "created_at")
    list_filter = ("by_person", "created_at")
    ordering = ("-pk",)
    fields = ("public_id", "conversation", "upto", "generation", "by_person", "created_at")
