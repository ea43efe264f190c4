from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest

from conversations.models import Message

from .facts import WORDS_OF_CONVERSATION, WORDS_OF_MESSAGE, FactsAdmin, words_of


@admin.register(Message)
class MessageAdmin(FactsAdmin):
    words = (
        *WORDS_OF_MESSAGE,
        *words_of("parent", WORDS_OF_MESSAGE),
        *words_of("conversation", WORDS_OF_CONVERSATION),
    )
    related = ("conversation__owner", "parent")
    found_by_id = ("public_id", "conversation__public_id")
    list_display = ("public_id", "conversation", "owner", "role", "characters", "created_at")
    list_filter = ("role", "created_at")
    ordering = ("-pk",)
    fields = (
        "public_id",
        "conversation",
        "owner",
        "parent",
        "position",
        "role",
        "characters",
        "renderer_version",
        "plain",
        "created_at",
    )
    readonly_fields = ("owner", "characters")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows: QuerySet[Message] = super().get_queryset(request)
        return rows.annotate(length=Length("text"))

    @admin.display(ordering="conversation__owner__username")
    def owner(self, message: Message) -> str:
        return message.conversation.owner.username

    @admin.display(ordering="length")
    def characters(self, message: Message) -> int:
        return int(getattr(message, "length", 0))
