from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import UnnamedHistory
from conversations import wiring
from conversations.models import Policy
from conversations.services.budgets import words_of
from conversations.services.limits import pot_of
from conversations.services.spending import open_pot, site_day

BUDGETS = ("tokens_per_day", "tokens_per_month", "usd_per_day", "usd_per_month")
RATES = ("requests_per_minute", "answers_at_once")
ABILITIES = ("attachments", "sharing", "temporary", "importing")


@admin.register(Policy)
class PolicyAdmin(UnnamedHistory):
    list_display = ("whose", *BUDGETS, "pot", *RATES, "withheld")
    list_select_related = ("person", "group")
    search_fields = ("person__username", "group__name")
    autocomplete_fields = ("person", "group")
    fieldsets = (
        (
            None,
            {
                "fields": ("person", "group"),
                "description": _(
                    "What is said of a person counts first, then what is said of their groups, then what is "
                    "said of everybody. Of several groups the most generous counts: the highest number, and "
                    "“Allowed” before “Not allowed”. Empty fields say nothing."
                ),
            },
        ),
        (
            _("Budgets"),
            {
                "fields": (("tokens_per_day", "tokens_per_month"), ("usd_per_day", "usd_per_month")),
                "description": _(
                    "Each person has their own. Questions and answers, titles and summaries count, by the "
                    "day and month of the site’s time zone. Money needs a model whose price is known or "
                    "reported. 0 lets nothing through; to lift a limit, write a number that nobody reaches."
                ),
            },
        ),
        (
            _("The pot of a group"),
            {
                "fields": (
                    ("pot_tokens_per_day", "pot_tokens_per_month"),
                    ("pot_usd_per_day", "pot_usd_per_month"),
                ),
                "description": _(
                    "What all people of the group may use together, beside what each of them may use. "
                    "Whatever else is said of a person, the pots of all their groups bind them. A new pot "
                    "counts what its people used before it in this day and month."
                ),
            },
        ),
        (_("At once"), {"fields": (RATES,)}),
        (_("What they may do"), {"fields": ABILITIES}),
    )

    @admin.display(description=_("whose"))
    def whose(self, policy: Policy) -> str:
        return str(policy)

    @admin.display(description=_("pot"), empty_value="")
    def pot(self, policy: Policy) -> str:
        return ", ".join(words_of(budget) for budget in pot_of(policy))

    @admin.display(description=_("not allowed"), empty_value="")
    def withheld(self, policy: Policy) -> str:
        fields = (self.opts.get_field(name) for name in ABILITIES if getattr(policy, name) is False)
        return ", ".join(str(getattr(field, "verbose_name", "")) for field in fields)

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:  # noqa: ANN401
        super().save_model(request, obj, form, change)
        if obj.group_id is not None and obj.has_pot:
            open_pot(obj.group_id, site_day())
        wiring.choice.forget()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Policy]) -> None:
        super().delete_queryset(request, queryset)
        wiring.choice.forget()
