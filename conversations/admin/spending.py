from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from accounts.admin import RecordAdmin, UnnamedHistory
from accounts.models import User
from conversations.models import Grant, Period, Reservation, Spending, Usage
from conversations.models.spending import to_usd
from conversations.services.granting import give
from conversations.services.spending import site_day, start_of

# A thousand grants of them can still be added up.
TOKENS_AT_MOST = 10**12


def in_usd(units: int) -> str:
    return f"{to_usd(units):.4f}"


class OfPeople(RecordAdmin):
    """Rows of numbers; people are found by their names."""

    list_select_related: ClassVar[tuple[str, ...]] = ("person",)
    search_fields: ClassVar[tuple[str, ...]] = ("person__username", "person__first_name", "person__last_name")
    show_full_result_count = False


@admin.register(Spending)
class SpendingAdmin(OfPeople):
    """What people used, and the groups that have a pot."""

    list_display = ("whose", "tokens_today", "usd_today", "tokens_this_month", "usd_this_month", "give_more")
    list_select_related: ClassVar[tuple[str, ...]] = ("person", "group")
    search_fields: ClassVar[tuple[str, ...]] = (*OfPeople.search_fields, "group__name")
    ordering = ("group__name", "person__username")
    fields = (*list_display[:-1], "reserved_tokens", "usd_reserved", "reserved_unpriced")
    readonly_fields = (*list_display[:-1], "usd_reserved")

    @admin.display(description=_("whose"))
    def whose(self, row: Spending) -> str:
        if row.group is not None:
            return str(_("The pot of %(group)s")) % {"group": row.group.name}
        return str(row.person)

    @admin.display(description=_("tokens today"))
    def tokens_today(self, row: Spending) -> str:
        return self._count(row, Period.DAY)

    @admin.display(description=_("tokens this month"))
    def tokens_this_month(self, row: Spending) -> str:
        return self._count(row, Period.MONTH)

    @admin.display(description=_("US dollars today"))
    def usd_today(self, row: Spending) -> str:
        return in_usd(row.day_cost if self._is_now(row, Period.DAY) else 0)

    @admin.display(description=_("US dollars this month"))
    def usd_this_month(self, row: Spending) -> str:
        return in_usd(row.month_cost if self._is_now(row, Period.MONTH) else 0)

    @admin.display(description=_("US dollars set aside"))
    def usd_reserved(self, row: Spending) -> str:
        return in_usd(row.reserved_cost)

    @admin.display(description="")
    def give_more(self, row: Spending) -> SafeString | str:
        if row.person_id is None:
            return ""
        address = f"{reverse('admin:conversations_grant_add')}?{urlencode({'person': row.person_id})}"
        return format_html('<a href="{}">{}</a>', address, translate("Grant more"))

    def _is_now(self, row: Spending, period: Period) -> bool:
        return bool(getattr(row, period.value) >= start_of(period, site_day()))

    def _count(self, row: Spending, period: Period) -> str:
        return f"{getattr(row, f'{period}_tokens') if self._is_now(row, period) else 0:,}"


@admin.register(Usage)
class UsageAdmin(OfPeople):
    list_display = ("person", "day", "model", "calls", "prompt_tokens", "completion_tokens", "usd")
    list_filter = ("day",)
    ordering = ("-day", "-pk")
    fields = ("person", "day", "model", "calls", "prompt_tokens", "completion_tokens", "cached_tokens", "usd")
    readonly_fields = ("usd",)

    @admin.display(description=_("US dollars"), ordering="cost")
    def usd(self, row: Usage) -> str:
        return in_usd(row.cost)


@admin.register(Reservation)
class ReservationAdmin(OfPeople):
    list_display = ("pk", "person", "model", "tokens", "usd")
    fields = ("person", "generation", "model", "prompt_tokens", "tokens", "usd", "is_unpriced")
    readonly_fields = ("usd",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("generation").defer("generation__system_prompt")

    @admin.display(description=_("US dollars"), ordering="cost")
    def usd(self, row: Reservation) -> str:
        return in_usd(row.cost)


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Grant
        fields = ("person", "period", "tokens", "usd", "reason")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not (given.get("tokens") or given.get("usd")):
            raise forms.ValidationError(translate("Grant some tokens, some money, or both."))
        if given.get("tokens", 0) > TOKENS_AT_MOST:
            self.add_error("tokens", translate("Nobody can use that many. Write a smaller number."))
        return given


@admin.register(Grant)
class GrantAdmin(UnnamedHistory, OfPeople):
    """Who was given what, when, by whom and why. It is added here, and then stays as it is."""

    form = GrantForm
    list_display = ("person", "period", "starts", "tokens", "usd", "reason", "granted_by", "granted_at")
    list_select_related: ClassVar[tuple[str, ...]] = ("person", "granted_by")
    list_filter = ("period", "granted_at")
    ordering = ("-pk",)
    autocomplete_fields = ("person",)
    fields = ("person", "period", "tokens", "usd", "reason", "starts", "granted_by", "granted_at")

    def get_fields(self, request: HttpRequest, obj: Grant | None = None) -> Any:  # noqa: ANN401
        return self.fields if obj else GrantForm.Meta.fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def save_model(self, request: HttpRequest, obj: Grant, form: Any, change: bool) -> None:  # noqa: ANN401
        give(obj, by=cast(User, request.user))
