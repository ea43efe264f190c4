from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _

from conversations.models import Conversation, Message

from .facts import WORDS_OF_CONVERSATION, FactsAdmin


@admin.register(Conversation)
class ConversationAdmin(FactsAdmin):
    words = WORDS_OF_CONVERSATION
    related = ("owner", "model")
    found_by_name = "owner__username"
    list_display = ("public_id", "owner", "model", "message_count", "updated_at", "deleted_at")
    list_filter = ("model", "created_at", "archived", "temporary")
    ordering = ("-updated_at", "-pk")
    fields = (
        "public_id",
        "owner",
        "model",
        "message_count",
        "pinned",
        "archived",
        "temporary",
        "created_at",
        "updated_at",
        "deleted_at",
        "withdrawn_at",
    )
    readonly_fields = ("message_count",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        messages = Message.objects.filter(conversation=OuterRef("pk")).order_by().values("conversation")
        counted = Subquery(messages.annotate(number=Count("pk")).values("number"))
        rows: QuerySet[Conversation] = super().get_queryset(request)
        return rows.annotate(messages_here=Coalesce(counted, 0))

    @admin.display(description=_("messages"), ordering="messages_here")
    def message_count(self, conversation: Conversation) -> int:
        return int(getattr(conversation, "messages_here", 0))
