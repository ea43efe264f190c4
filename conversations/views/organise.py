"""Keep order: pin, archive, folders."""

from typing import Literal
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from conversations.access import get_conversation
from conversations.forms import FolderForm
from conversations.models import Conversation
from conversations.services import organising
from conversations.services.errors import Refusal
from conversations.services.organising import list_folders

Change = Literal["pin", "unpin", "archive", "unarchive"]


@never_cache
@require_GET
def conversation_menu(request: Request, public_id: UUID) -> HttpResponse:
    """Every row of the list has this menu, so it is fetched when it is opened."""
    conversation = get_conversation(request.user, public_id)
    part = "conversations/_conversation_menu.html"
    template = part if request.htmx else "conversations/conversation_menu.html"
    return render(request, template, {"conversation": conversation, "current": conversation})


@require_POST
def organise_conversation(request: Request, public_id: UUID, change: Change) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    if change in ("pin", "unpin"):
        organising.pin_conversation(conversation, pinned=change == "pin")
        return listed(request, conversation)
    organising.archive_conversation(conversation, archived=change == "archive")
    if change == "unarchive":
        return listed(request, conversation, _("“%s” is back in the list.") % conversation.heading)
    undo = reverse("conversations:unarchive_conversation", args=[public_id])
    return listed(request, conversation, _("“%s” was archived.") % conversation.heading, undo)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move_conversation(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    form = FolderForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            organising.move_conversation(conversation, folder=form.chosen())
        except Refusal as refusal:
            form.add_error("new", str(refusal))
        else:
            return listed(request, conversation, sentence_of_move(conversation))
    context = {
        "conversation": conversation,
        "current": conversation,
        "form": form,
        "folders": list_folders(request.user),
        "next": back(request, conversation),
    }
    return render(request, "conversations/move.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_GET
def show_folders(request: Request) -> HttpResponse:
    return render(request, "conversations/folders.html", {"folders": list_folders(request.user)})


@require_POST
def rename_folder(request: Request) -> HttpResponse:
    organising.rename_folder(request.user, request.POST.get("name", ""), to=request.POST.get("to", ""))
    return redirect("conversations:folders")


@require_POST
def dissolve_folder(request: Request) -> HttpResponse:
    organising.dissolve_folder(request.user, request.POST.get("name", ""))
    return redirect("conversations:folders")


def listed(request: Request, conversation: Conversation, sentence: str = "", undo: str = "") -> HttpResponse:
    """Answer with the list as it is now, and with what was done; without scripts, where one came from."""
    if request.htmx:
        here = str(conversation.public_id) in (request.htmx.current_url or "")
        context = {
            "sentence": sentence,
            "undo": undo,
            "conversation": conversation,
            "current": conversation if here else None,
            "here": here,
        }
        return render(request, "conversations/_organised.html", context)
    if sentence:
        messages.success(request, sentence, extra_tags=undo)
    return redirect(back(request, conversation))


def back(request: Request, conversation: Conversation) -> str:
    """Return the address that one came from, if it is on this site, or that of `conversation`."""
    address = request.POST.get("next") or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return address
    return reverse("conversations:show_conversation", args=[conversation.public_id])


def sentence_of_move(conversation: Conversation) -> str:
    if not conversation.folder:
        return _("“%s” is in no folder.") % conversation.heading
    parts = {"title": conversation.heading, "folder": conversation.folder}
    return _("“%(title)s” is in the folder “%(folder)s”.") % parts
