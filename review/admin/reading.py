"""Who read what, and who may."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import RecordAdmin
from accounts.models import User
from review.models import (
    AccessGrant,
    AccessRule,
    Extent,
    Flag,
    ModeChange,
    ModeSeen,
    Pseudonym,
    ReadEvent,
    SavedFilter,
    Sighting,
    TrailHead,
)
from review.modes import drop_rule, keep_rule

from .facts import NoFilters


def as_uuid(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None


class SightingsOf(admin.TabularInline):  # type: ignore[type-arg]
    model = Sighting
    fields = ("conversation_id", "owner_key")
    extra = 0
    can_delete = False
    verbose_name_plural = _("what was shown")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return request.user.has_perm("review.view_readevent")


@admin.register(ReadEvent)
class ReadEventAdmin(RecordAdmin):
    list_display = ("at", "reader_name", "owner_name", "action", "reason", "address", "conversation_id")
    list_filter = ("action", "at")
    search_fields = ("reader_name", "owner_name")
    found_by_what = _("By the name of a reader or of an owner, or the id of a conversation.")
    fields = (
        "position",
        "at",
        "reader",
        "reader_name",
        "owner_name",
        "action",
        "reason",
        "address",
        "conversation_id",
        "fingerprint",
    )
    readonly_fields = ("position", "fingerprint")
    inlines = (SightingsOf,)
    show_full_result_count = False

    @admin.display(description=_("hash"))
    def fingerprint(self, event: ReadEvent) -> str:
        return bytes(event.hash or b"").hex()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ReadEvent], search_term: str
    ) -> tuple[QuerySet[ReadEvent], bool]:
        if public_id := as_uuid(search_term.strip()):
            shown = Sighting.objects.filter(conversation_id=public_id).values("event")
            return queryset.filter(pk__in=shown), False
        return super().get_search_results(request, queryset, search_term)


@admin.register(Sighting)
class SightingAdmin(NoFilters):
    fields = list_display = ("event", "conversation_id", "owner_key")
    list_select_related = ("event",)


@admin.register(Pseudonym)
class PseudonymAdmin(NoFilters):
    """Whose key is whose; by what it is made is shown to nobody."""

    fields = list_display = ("key", "person")
    list_select_related = ("person",)


@admin.register(TrailHead)
class TrailHeadAdmin(NoFilters):
    fields = list_display = ("position", "fingerprint")
    readonly_fields = ("fingerprint",)

    @admin.display(description=_("hash"))
    def fingerprint(self, head: TrailHead) -> str:
        return bytes(head.hash).hex()


@admin.register(AccessRule)
class AccessRuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Each change is on record, and told to the people whom it is about."""

    list_display = ("__str__", "mode", "by_two")
    list_select_related = ("group",)
    autocomplete_fields = ("group",)
    fieldsets = (
        (
            None,
            {
                "fields": ("group", "mode", "by_two"),
                "description": _(
                    "Of somebody in several groups the strictest mode counts. “Nobody may read” closes "
                    "search and export too. The people of the group are told of a change until they "
                    "have seen it."
                ),
            },
        ),
    )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: AccessRule | None = None) -> tuple[str, ...]:
        # Moved to another group it would end for the people of the first one without a word.
        return ("group",) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: AccessRule, form: Any, change: bool) -> None:  # noqa: ANN401
        keep_rule(obj, by=cast(User, request.user))

    def delete_model(self, request: HttpRequest, obj: AccessRule) -> None:
        drop_rule(obj, by=cast(User, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AccessRule]) -> None:
        for rule in queryset:
            drop_rule(rule, by=cast(User, request.user))


@admin.register(ModeChange)
class ModeChangeAdmin(NoFilters):
    fields = list_display = ("at", "group_name", "before", "after", "by")
    list_select_related = ("by",)


@admin.register(ModeSeen)
class ModeSeenAdmin(NoFilters):
    fields = list_display = ("person", "mode")
    list_select_related = ("person",)


@admin.register(AccessGrant)
class AccessGrantAdmin(NoFilters):
    """They are asked for, approved and ended in the console."""

    fields = list_display = (
        "asked_at",
        "reader",
        "owner",
        "reason",
        "hours",
        "approved_by",
        "approved_at",
        "expires_at",
        "ended_at",
    )
    list_select_related = ("reader", "owner", "approved_by")


@admin.register(Flag)
class FlagAdmin(NoFilters):
    fields = list_display = ("conversation", "why", "at")
    list_select_related = ("conversation",)


@admin.register(SavedFilter)
class SavedFilterAdmin(RecordAdmin):
    list_display = ("name", "owner", "shared", "created_at")
    fields = ("name", "owner", "query", "shared", "created_at")


@admin.register(Extent)
class ExtentAdmin(RecordAdmin):
    list_display = ("conversation_id", "messages", "tokens", "counted_at")
    fields = ("conversation", "messages", "tokens", "cost", "counted_at")
    show_full_result_count = False
