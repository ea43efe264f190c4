"""The pages of an owner: who may read my conversations, and who did."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import Request
from conversations.access import get_conversation
from conversations.models import Conversation

from .access import mode_of
from .keeping.showing import kept_for
from .modes import ask_for_review, is_asked, mode_told, take_back_review, tell
from .readers import who_may_read, who_read


@never_cache
@require_safe
def show_readers(request: Request) -> HttpResponse:
    return show(request, None)


@never_cache
@require_safe
def show_readers_of(request: Request, public_id: UUID) -> HttpResponse:
    return show(request, get_conversation(request.user, public_id))


def show(request: Request, about: Conversation | None) -> HttpResponse:
    may = who_may_read(request.user)
    context = {
        "may": may,
        "about": about,
        "asked": about is not None and is_asked(about),
        "page": who_read(request.user, conversation=about, before=before(request)),
        "kept": kept_for(request.user),
        "is_news": may.mode != mode_told(request.user),
    }
    return render(request, "review/readers.html", context)


def before(request: Request) -> int | None:
    word = request.GET.get("before", "")
    return int(word) if word.isdecimal() and word.isascii() and len(word) < 19 else None


@require_POST
def see_mode(request: Request) -> HttpResponse:
    tell(request.user, mode_of(request.user))
    return redirect("readers:show")


@require_POST
def ask(request: Request, public_id: UUID) -> HttpResponse:
    ask_for_review(get_conversation(request.user, public_id))
    messages.success(request, _("Reviewers find this conversation among those that were flagged."))
    return redirect("readers:of", public_id)


@require_POST
def take_back(request: Request, public_id: UUID) -> HttpResponse:
    take_back_review(get_conversation(request.user, public_id))
    messages.success(request, _("This conversation is not flagged any more."))
    return redirect("readers:of", public_id)
