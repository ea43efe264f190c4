"""How long conversations are kept, what holds keep them, and what was removed."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from review.keeping.changing import drop_policy, keep_policy
from review.models import Held, Hold, PurgeReceipt, ReceiptHead, RetentionChange, RetentionPolicy

from .facts import NoFilters


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Each change is on record, and what holds is shown to the people whom it is about."""

    list_display = ("__str__", "days")
    list_select_related = ("group",)
    autocomplete_fields = ("group",)
    fieldsets = (
        (
            None,
            {
                "fields": ("group", "sort", "days"),
                "description": _(
                    "Of somebody in several groups the policy that keeps longest counts. What is over goes "
                    "for ever within the hour, unless a hold keeps it; “manage.py prune” shows before what "
                    "that is. Flagged conversations are kept as ordinary ones are while no policy says "
                    "otherwise. Without a policy conversations are kept for ever; the trash and temporary "
                    "ones as the settings of the site say."
                ),
            },
        ),
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: RetentionPolicy | None = None
    ) -> tuple[str, ...]:
        return ("group", "sort") if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: RetentionPolicy, form: Any, change: bool) -> None:  # noqa: ANN401
        keep_policy(obj, by=cast(User, request.user))

    def delete_model(self, request: HttpRequest, obj: RetentionPolicy) -> None:
        drop_policy(obj, by=cast(User, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[RetentionPolicy]) -> None:
        for policy in queryset:
            drop_policy(policy, by=cast(User, request.user))


@admin.register(RetentionChange)
class RetentionChangeAdmin(NoFilters):
    fields = list_display = ("at", "group_name", "sort", "before", "after", "by")
    list_select_related = ("by",)


@admin.register(Hold)
class HoldAdmin(NoFilters):
    """They are placed and ended in the console, where the reason is read by who may place them."""

    fields = list_display = (
        "placed_at",
        "reach",
        "person",
        "placed_by",
        "until",
        "ended_at",
        "ended_by",
    )
    list_select_related = ("person", "placed_by", "ended_by")


@admin.register(Held)
class HeldAdmin(NoFilters):
    fields = list_display = ("hold", "conversation")
    list_select_related = ("hold", "conversation")


@admin.register(PurgeReceipt)
class PurgeReceiptAdmin(NoFilters):
    fields = list_display = ("position", "at", "cause", "rule", "conversations", "messages", "files", "bytes")
    readonly_fields = ("position",)


@admin.register(ReceiptHead)
class ReceiptHeadAdmin(NoFilters):
    fields = list_display = ("position",)
