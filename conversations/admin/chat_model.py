from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.models import ChatModel


@admin.register(ChatModel)
class ChatModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "label", "is_offered", "is_gone", "dialect", "context_window", "output_limit")
    list_filter = ("is_offered", "is_gone", "dialect", "developer")
    search_fields = ("name", "label", "developer")
    readonly_fields = ("is_gone", "last_seen_at", "kept", "told_price", "keeps_price_secret")
    actions = ("offer", "stop_offering")
    fieldsets = (
        (None, {"fields": ("name", "label", "developer")}),
        (_("Who may choose it"), {"fields": ("is_offered", "groups", "position", "is_gone", "last_seen_at")}),
        (_("How it is asked"), {"fields": ("dialect", "context_window", "output_limit")}),
        (_("What it takes"), {"fields": ("takes_images", "takes_files", "efforts", "ranges")}),
        (
            _("Prices"),
            {
                "fields": ("input_price", "output_price", "cached_price"),
                "description": _(
                    "For US dollars in budgets. Without a price an answer is made alone, and counted as it "
                    "tells; a model that tells nothing is kept from people whose budget is in money. Write 0 "
                    "for one that costs nothing."
                ),
            },
        ),
        (_("Learned"), {"fields": ("characters_per_token", "told_price", "keeps_price_secret")}),
        (_("Kept"), {"fields": ("kept",), "description": _("sync_models leaves these as they are.")}),
    )

    @admin.display(description=_("set by hand"))
    def kept(self, model: ChatModel) -> str:
        return ", ".join(sorted(model.set_by_hand)) or "nothing"

    def save_model(
        self, request: HttpRequest, obj: ChatModel, form: ModelForm[ChatModel], change: bool
    ) -> None:
        obj.by_hand = sorted({*obj.set_by_hand, *form.changed_data} - {"groups"})
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Offer to people"), permissions=["change"])
    def offer(self, request: HttpRequest, chosen: QuerySet[ChatModel]) -> None:
        self._set_offered(request, chosen, offered=True)

    @admin.action(description=_("Do not offer to people any more"), permissions=["change"])
    def stop_offering(self, request: HttpRequest, chosen: QuerySet[ChatModel]) -> None:
        self._set_offered(request, chosen, offered=False)

    def _set_offered(self, request: HttpRequest, chosen: QuerySet[ChatModel], *, offered: bool) -> None:
        rows = list(chosen)
        for row in rows:
            row.is_offered = offered
            row.by_hand = sorted({*row.set_by_hand, "is_offered"})
        ChatModel.objects.bulk_update(rows, ["is_offered", "by_hand"], batch_size=100)
        self.message_user(
            request,
            ngettext("Changed %(count)d model.", "Changed %(count)d models.", len(rows))
            % {"count": len(rows)},
            messages.SUCCESS,
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_offered": True}
