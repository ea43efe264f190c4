from django.contrib import admin

from conversations.models import ChatModel


@admin.register(ChatModel)
class ChatModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "label", "dialect", "context_window", "output_limit")
    list_filter = ("dialect",)
    search_fields = ("name", "label")
    fieldsets = (
        (None, {"fields": ("name", "label")}),
        ("How it is asked", {"fields": ("dialect", "context_window", "output_limit")}),
        ("Prices", {"fields": ("input_price", "output_price")}),
        ("Learned", {"fields": ("characters_per_token",)}),
    )
