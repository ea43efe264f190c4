"""Pages of those who may place holds: holds, rules and what they let go, receipts."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request
from conversations.services.errors import Refusal
from review.access import conversations_in_scope
from review.models import Hold

from .forms import HoldForm, ReasonForm
from .holds import (
    PERMISSION,
    end_hold,
    hold_conversation,
    hold_person,
    hold_what_is_found,
    holds_on,
    look_again,
)
from .receipts import by_day, day_of
from .showing import PAGE, holds_page, what_comes

Parameters = ParamSpec("Parameters")


def for_keepers(
    view: Callable[Concatenate[Request, Parameters], HttpResponse],
) -> Callable[Concatenate[Request, Parameters], HttpResponse]:
    """To all but those who may place holds these pages are not there."""

    def guarded(request: Request, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise Http404
        return view(request, *args, **kwargs)

    return update_wrapper(guarded, view)  # type: ignore[return-value]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_keepers
def show_holds(request: Request) -> HttpResponse:
    form = HoldForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            place(request, form)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The hold stands."))
            return redirect("review:keeping")
    context = {
        "form": form,
        "page": holds_page(standing=True, before=before(request)),
        "tab": "holds",
        "room": "keeping",
    }
    return render(request, "review/keeping/holds.html", context, status=422 if form.errors else 200)


def place(request: Request, form: HoldForm) -> Hold:
    facts = {"reason": form.cleaned_data["reason"], "until": form.cleaned_data["until"]}
    if person := form.cleaned_data["person"]:
        return hold_person(person, by=request.user, **facts)
    return hold_what_is_found(form.cleaned_data["saved"], by=request.user, **facts)


def before(request: Request) -> int | None:
    word = request.GET.get("before", "")
    return int(word) if word.isdecimal() and word.isascii() and len(word) < 19 else None


@require_safe
@never_cache
@for_keepers
def show_ended(request: Request) -> HttpResponse:
    context = {"page": holds_page(standing=False, before=before(request)), "tab": "ended", "room": "keeping"}
    return render(request, "review/keeping/holds.html", context)


@require_safe
@never_cache
@for_keepers
def show_rules(request: Request) -> HttpResponse:
    return render(
        request, "review/keeping/rules.html", {"coming": what_comes(), "tab": "rules", "room": "keeping"}
    )


@require_safe
@never_cache
@for_keepers
def show_receipts(request: Request) -> HttpResponse:
    page = Paginator(by_day(), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "days": [day_of(row) for row in page], "tab": "receipts", "room": "keeping"}
    return render(request, "review/keeping/receipts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_keepers
def place_hold(request: Request, public_id: UUID) -> HttpResponse:
    """On a conversation that one may read; not a word of it is shown."""
    rows = conversations_in_scope(request.user).select_related("owner")
    conversation = get_object_or_404(rows, public_id=public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hold_conversation(conversation, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The hold stands."))
            return redirect("review:keeping")
    context = {
        "form": form,
        "conversation": conversation,
        "holds": holds_on(conversation),
        "tab": "holds",
        "room": "keeping",
    }
    return render(request, "review/keeping/place.html", context, status=422 if form.errors else 200)


@for_keepers  # first: to all others there is nothing, by any method
@require_POST
def end(request: Request, public_id: UUID) -> HttpResponse:
    end_hold(get_object_or_404(Hold, public_id=public_id), by=request.user)
    messages.success(request, _("The hold has ended. What was deleted meanwhile goes within the hour."))
    return redirect("review:keeping")


@for_keepers
@require_POST
def find_more(request: Request, public_id: UUID) -> HttpResponse:
    added = look_again(get_object_or_404(Hold, public_id=public_id))
    sentence = ngettext("%d more conversation is kept.", "%d more conversations are kept.", added)
    messages.success(request, sentence % added if added else _("Nothing new was found."))
    return redirect("review:keeping")
