"""What changes the branch that is shown: other versions, answers asked for again, what goes, a copy."""

from functools import partial
from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.http import Request
from conversations import wiring
from conversations.access import get_conversation, get_message
from conversations.forms import SeenForm
from conversations.models import Message
from conversations.services import branching
from conversations.services.asking import continue_answer, regenerate
from conversations.services.choosing import find_offered
from conversations.services.errors import Conflict
from conversations.streaming.lag import refuse_when_late

from .conversation import shown_page


class Act(Protocol):
    """What a person does to a message, having `seen` the branch; returns the message to show, if another."""

    def __call__(self, message: Message, /, *, seen: UUID | None) -> Message | None: ...


@require_POST
def regenerate_message(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    refuse_when_late()
    name = request.POST.get("model", "")
    once = find_offered(wiring.offered_models(request.user), name) if name else None
    model = wiring.next_model(message.conversation)
    return change(request, message, partial(regenerate, model=model, once=once))


@require_POST
def continue_message(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    refuse_when_late()
    return change(request, message, partial(continue_answer, model=wiring.next_model(message.conversation)))


@require_POST
def switch_version(request: Request, public_id: UUID) -> HttpResponse:
    return change(request, get_message(request.user, public_id), branching.show_version)


@require_POST
def delete_message(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    return change(request, message, branching.delete_message, _("The message was deleted."))


@require_POST
def delete_branch(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    return change(
        request, message, branching.delete_branch, _("The message and all that followed it were deleted.")
    )


@require_POST
def restore_message(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    branching.restore_message(message)
    return show_branch(request, message)


@require_POST
def fork_conversation(request: Request, public_id: UUID) -> HttpResponse:
    fork = branching.fork_conversation(get_message(request.user, public_id))
    messages.success(request, _("This is a copy. The other conversation stays as it was."))
    address = reverse("conversations:show_conversation", args=[fork.public_id])
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)


@require_GET
def message_menu(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    template = "conversations/_message_menu.html" if request.htmx else "conversations/message_menu.html"
    return render(request, template, {"message": message, "current": message.conversation})


def change(request: Request, message: Message, act: Act, sentence: str = "") -> HttpResponse:
    """Do `act` and answer with the branch that is shown then, and with `sentence`, which can be undone.

    A page that is behind gets the newest branch, and is told.
    """
    undo = reverse("conversations:restore_message", args=[message.public_id]) if sentence else ""
    try:
        shown = act(message, seen=SeenForm(request.POST).seen) or message
    except Conflict as conflict:
        if not request.htmx:
            raise
        return show_branch(request, message, str(conflict))
    if sentence and not request.htmx:
        messages.success(request, sentence, extra_tags=undo)
        return redirect("conversations:show_conversation", message.conversation.public_id)
    return show_branch(request, shown, sentence, undo)


def show_branch(request: Request, message: Message, sentence: str = "", undo: str = "") -> HttpResponse:
    """Answer with the transcript, which now shows the branch of `message`, and `sentence` as a toast."""
    if not request.htmx:
        return redirect(address_of(message))
    conversation = get_conversation(request.user, message.conversation.public_id)
    context = {**shown_page(conversation), "sentence": sentence, "undo": undo}
    return render(request, "conversations/_branch.html", context)


def address_of(message: Message) -> str:
    page = reverse("conversations:show_conversation", args=[message.conversation.public_id])
    return f"{page}#m-{message.public_id}"
