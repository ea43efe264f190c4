"""What was used, and what is left: one's own, and that of everybody for who may see it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from accounts.http import Request
from conversations.forms import UsageForm
from conversations.models import Usage
from conversations.services import budgets, reporting
from conversations.services.limits import limits_of
from conversations.services.reporting import Stretch
from conversations.services.tally import total

from .allowed import limits_shown
from .charts import chart_of_money, chart_of_tokens
from .transfer import kept_as, sent

BY = {"person": reporting.by_person, "group": reporting.by_group, "model": reporting.by_model}


@never_cache
@require_GET
def show_budget(request: Request) -> HttpResponse:
    if not request.htmx:
        return redirect("conversations:usage")
    standing = budgets.shown(request.user, limits_shown(request.user))
    return render(request, "conversations/_budget.html", {"standing": standing})


@never_cache
@require_safe
def show_usage(request: Request) -> HttpResponse:
    stretch = Stretch(UsageForm(request.GET).days)
    rows = stretch.rows().filter(person=request.user)
    page = charted(rows, stretch)
    conversations = reporting.by_conversation(request.user, stretch)
    context = page | {
        "heading": _("Your usage"),
        "standings": budgets.stand(request.user, limits_of(request.user)),
        "models": reporting.by_model(rows),
        "conversations": conversations,
        "others": page["total"].without(line.tally for line in conversations),
        "sees_everybody": may_see_everybody(request),
    }
    return render(request, "conversations/usage.html", context)


@never_cache
@require_safe
def show_everybodys_usage(request: Request) -> HttpResponse:
    form, stretch, rows = everybodys(request)
    picked = form.picked
    context = charted(rows, stretch) | {
        "heading": _("Usage of everybody"),
        "standings": budgets.pots(group_id=form.picked_group)
        if form.by == "group" or form.picked_group
        else [],
        "lines": BY[form.by](rows),
        "by": form.by,
        "form": form,
        "groups": Group.objects.order_by("name"),
        "models": reporting.models_met(),
        "query": urlencode(picked),
        "without_by": urlencode({name: value for name, value in picked.items() if name != "by"}),
        "without_days": urlencode({name: value for name, value in picked.items() if name != "days"}),
    }
    return render(request, "conversations/usage_of_everybody.html", context)


@never_cache
@require_safe
def export_usage(request: Request) -> StreamingHttpResponse:
    _form, stretch, rows = everybodys(request)
    name = f"usage-{stretch.first:%Y-%m-%d}-{stretch.last:%Y-%m-%d}.csv"
    headers = {**kept_as(name), "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(
        sent(reporting.as_csv(rows)), content_type="text/csv; charset=utf-8", headers=headers
    )


def charted(rows: QuerySet[Usage], stretch: Stretch) -> dict[str, Any]:
    days = reporting.by_day(rows, stretch)
    return {
        "stretch": stretch,
        "days": days,
        "total": total(line.tally for line in days),
        "tokens": chart_of_tokens(days),
        "money": chart_of_money(days),
        "ranges": UsageForm.RANGES,
    }


def may_see_everybody(request: Request) -> bool:
    return request.user.has_perm("conversations.view_usage")


def everybodys(request: Request) -> tuple[UsageForm, Stretch, QuerySet[Usage]]:
    """Return what is filtered, for those who may see it; to all others it is not there."""
    if not may_see_everybody(request):
        raise Http404
    form = UsageForm(request.GET)
    stretch = Stretch(form.days)
    return form, stretch, form.of(stretch.rows())
