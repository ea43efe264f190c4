"""The trash: what is in it, until when, and what can be done with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from conversations.access import get_deleted_conversation
from conversations.models import Conversation
from conversations.services import trash

from .terms import terms_for

PAGE = 50


@dataclass(frozen=True, slots=True)
class Thrown:
    """A conversation in the trash, and when it goes for ever."""

    conversation: Conversation
    goes_at: datetime


@never_cache
@require_GET
def show_trash(request: Request) -> HttpResponse:
    page = Paginator(trash.trash_of(request.user), PAGE).get_page(request.GET.get("page"))
    days = terms_for(request.user).trash_days
    stays = timedelta(days=days)
    thrown = [Thrown(row, row.deleted_at + stays) for row in page if row.deleted_at]
    context = {"page": page, "thrown": thrown, "days": days}
    return render(request, "conversations/trash.html", context)


@require_POST
def empty_trash(request: Request) -> HttpResponse:
    outcome = trash.empty_trash(request.user)
    if outcome.removed or not outcome.kept:
        sentence = ngettext(
            "%d conversation is gone for ever.", "%d conversations are gone for ever.", outcome.removed
        )
        messages.success(request, sentence % outcome.removed)
    if outcome.kept:
        sentence = ngettext(
            "%d conversation is deleted for you, and kept out of sight until a hold ends.",
            "%d conversations are deleted for you, and kept out of sight until a hold ends.",
            outcome.kept,
        )
        messages.warning(request, sentence % outcome.kept)
    return redirect("conversations:trash")


@require_POST
def delete_for_ever(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_deleted_conversation(request.user, public_id)
    outcome = trash.delete_for_ever(conversation)
    sentence = _("“%s” is gone for ever.")
    if outcome.kept:
        sentence = _(
            "“%s” is deleted for you, and kept out of sight until a hold ends; then it goes for ever."
        )
    messages.success(request, sentence % conversation.heading)
    return redirect("conversations:trash")
