from django.contrib import admin

from conversations.models import Preset, Prompt

from .facts import WORDS_OF_PRESET, WORDS_OF_PROMPT, FactsAdmin


@admin.register(Preset)
class PresetAdmin(FactsAdmin):
    words = WORDS_OF_PRESET
    related = ("owner", "group", "model")
    found_by_name = "owner__username"
    list_display = ("public_id", "owner", "group", "model", "created_at")
    list_filter = ("model", "created_at")
    fields = ("public_id", "owner", "group", "model", "created_at")


@admin.register(Prompt)
class PromptAdmin(FactsAdmin):
    words = WORDS_OF_PROMPT
    related = ("owner",)
    found_by_name = "owner__username"
    list_display = ("public_id", "owner", "created_at")
    list_filter = ("created_at",)
    fields = ("public_id", "owner", "created_at")
