from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from conversations.models import Share
from conversations.services.sharing import revoke_share

from .facts import WORDS_OF_CONVERSATION, WORDS_OF_MESSAGE, FactsAdmin, words_of

# Who had the token could read the words, and would be on no record.
WORDS_OF_SHARE = ("token", "title")


@admin.register(Share)
class ShareAdmin(FactsAdmin):
    words = (
        *WORDS_OF_SHARE,
        *words_of("leaf", WORDS_OF_MESSAGE),
        *words_of("conversation", WORDS_OF_CONVERSATION),
    )
    related = ("conversation__owner", "leaf")
    found_by_id = ("public_id", "conversation__public_id")
    list_display = (
        "pk",
        "conversation",
        "owner",
        "scope",
        "views",
        "created_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("scope", "created_at")
    ordering = ("-pk",)
    fields = (
        "public_id",
        "conversation",
        "owner",
        "leaf",
        "scope",
        "views",
        "created_at",
        "expires_at",
        "revoked_at",
    )
    readonly_fields = ("owner",)
    actions = ("end_links",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.delete_share")

    @admin.action(description=_("End the links at once"), permissions=["end"])
    def end_links(self, request: HttpRequest, shares: QuerySet[Share]) -> None:
        for share in shares:
            revoke_share(share)
        self.message_user(request, _("The links do not open any more."))

    @admin.display(ordering="conversation__owner__username")
    def owner(self, share: Share) -> str:
        return share.conversation.owner.username
