"""What people have used, and what is left."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.http import Request
from conversations.services import budgets

from .allowed import limits_shown


@never_cache
@require_GET
def show_budget(request: Request) -> HttpResponse:
    if not request.htmx:
        return redirect("conversations:new_conversation")
    standing = budgets.shown(request.user, limits_shown(request.user))
    return render(request, "conversations/_budget.html", {"standing": standing})
