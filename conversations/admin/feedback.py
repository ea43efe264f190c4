from django.contrib import admin
from django.utils.translation import gettext as _

from conversations.models import Feedback

from .facts import WORDS_OF_CONVERSATION, WORDS_OF_MESSAGE, FactsAdmin, words_of


@admin.register(Feedback)
class FeedbackAdmin(FactsAdmin):
    words = (
        "words",
        *words_of("message", WORDS_OF_MESSAGE),
        *words_of("message__conversation", WORDS_OF_CONVERSATION),
    )
    related = ("message__conversation__owner",)
    found_by_id = ("message__public_id", "message__conversation__public_id")
    found_by_name = "message__conversation__owner__username"
    list_display = ("pk", "message", "owner", "thumb", "reason_codes", "updated_at")
    list_filter = ("thumb", "updated_at")
    ordering = ("-pk",)
    fields = ("message", "owner", "thumb", "reason_codes", "created_at", "updated_at")
    readonly_fields = ("owner", "reason_codes")

    @admin.display(ordering="message__conversation__owner__username")
    def owner(self, feedback: Feedback) -> str:
        return feedback.message.conversation.owner.username

    @admin.display(description=_("reasons"))
    def reason_codes(self, feedback: Feedback) -> str:
        return ", ".join(feedback.reasons)
