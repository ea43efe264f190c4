"""The list of conversations: found, filtered, followed; and filters under a name."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.adapter import client_address
from accounts.http import Request
from conversations.services.errors import Refusal
from review.access import conversations_in_scope
from review.finding.asked import Asked
from review.finding.listing import COUNTED, Page, count_newer, find_page
from review.finding.saved import save_filter
from review.judging.definitions import offered_labels
from review.models import Action
from review.models.finding import NAME_LENGTH, SavedFilter
from review.trail import record

from .doors import for_readers

LOOK_EVERY_S = 15


@require_safe
@never_cache
@for_readers
def list_conversations(request: Request) -> HttpResponse:
    asked, page, sentence = Asked(request.GET, reader=request.user), Page(), ""
    older = request.GET.get("older", "")
    try:
        if asked.is_valid:
            page = find_page(conversations_in_scope(request.user), asked, older=older)
    except Refusal as refusal:
        sentence = str(refusal)
    put_on_record(request, asked, page)
    context = {
        "asked": asked,
        "page": page,
        "sentence": sentence,
        "is_continued": bool(older),
        "counted": COUNTED,
        "every": LOOK_EVERY_S,
        **addresses(asked, page),
    }
    template = "review/_rows.html"
    if not (request.htmx and older):
        template = "review/list.html"
        context["saved"] = list(SavedFilter.objects.usable_by(request.user).select_related("owner"))
        context["name_length"] = NAME_LENGTH
        context["labels"] = offered_labels()
    return render(request, template, context, status=200 if asked.is_valid and not sentence else 422)


def put_on_record(request: Request, asked: Asked, page: Page) -> None:
    """Note who is about to be shown this page: one row of the trail, whatever is on it."""
    if page.rows:
        record(
            request.user,
            action=Action.SEARCHED if asked.words.has_words else Action.LISTED,
            conversations=page.conversations,
            address=client_address(request),
        )


def addresses(asked: Asked, page: Page) -> dict[str, str]:
    return {
        "here": asked.address(),
        "more": asked.address(older=page.older) if page.older else "",
        "list_query": urlencode({"list": asked.query}) if asked.query else "",
        "news": asked.address(newer=page.newest).replace("?", "news/?", 1) if page.newest else "",
    }


@require_safe
@never_cache
@for_readers
def show_news(request: Request) -> HttpResponse:
    """Tell how many came since a page was shown: a number and no words, so nothing is read."""
    asked, newest = Asked(request.GET, reader=request.user), request.GET.get("newer", "")
    count = 0
    if asked.is_valid:
        count = count_newer(conversations_in_scope(request.user), asked, than=newest)
    page = Page(newest=newest)
    context = {"count": count, "counted": COUNTED, "every": LOOK_EVERY_S, **addresses(asked, page)}
    return render(request, "review/_news.html", context)


@require_POST
@for_readers
def keep_filter(request: Request) -> HttpResponse:
    asked = Asked.of(request.POST.get("query", ""), reader=request.user)
    try:
        kept = save_filter(
            request.user, name=request.POST.get("name", ""), asked=asked, shared="shared" in request.POST
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s” is kept.") % {"name": kept.name})
    return redirect(asked.address())


@require_POST
@for_readers
def delete_filter(request: Request, public_id: UUID) -> HttpResponse:
    mine = get_object_or_404(SavedFilter, owner=request.user, public_id=public_id)
    mine.delete()
    messages.success(
        request, _("“%(name)s” was deleted. The list that it showed is as it was.") % {"name": mine.name}
    )
    return redirect(Asked.of(mine.query).address())
