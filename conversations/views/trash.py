"""The trash: what is in it, until when, and what can be done with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
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
    stays = timedelta(days=settings.TRASH_DAYS)
    thrown = [Thrown(row, row.deleted_at + stays) for row in page if row.deleted_at]
    context = {"page": page, "thrown": thrown, "days": settings.TRASH_DAYS}
    return render(request, "conversations/trash.html", context)


@require_POST
def empty_trash(request: Request) -> HttpResponse:
    count = trash.empty_trash(request.user)
    sentence = ngettext("%d conversation is gone for ever.", "%d conversations are gone for ever.", count)
    messages.success(request, sentence % count)
    return redirect("conversations:trash")


@require_POST
def delete_for_ever(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_deleted_conversation(request.user, public_id)
    trash.delete_for_ever(conversation)
    messages.success(request, _("“%s” is gone for ever.") % conversation.heading)
    return redirect("conversations:trash")
