"""What people do with one message: send, edit, copy, look closer."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from conversations import wiring
from conversations.access import get_conversation, get_message
from conversations.forms import MessageForm
from conversations.http import asking_to_wait
from conversations.models import Conversation, Message, Role
from conversations.services.asking import ask, save_edit
from conversations.services.asking import edit_message as edit
from conversations.services.errors import Conflict, Refusal
from conversations.services.transcript import build_entry
from conversations.services.usage import saved_by_cache
from conversations.streaming.lag import refuse_when_late

from .attachments import collect
from .branch import address_of, show_branch
from .conversation import exchanged_page, shown_page
from .progress import find_progress


@require_http_methods(["GET", "HEAD", "POST"])
def send_message(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    if request.method != "POST":
        return redirect("conversations:show_conversation", public_id)
    refuse_when_late()
    form = MessageForm(request.POST)
    if not form.is_valid():
        return refuse(request, conversation, form.afresh(), status=422)
    model = wiring.next_model(conversation)
    try:
        exchange = ask(
            conversation,
            text=form.cleaned_data["text"],
            key=form.cleaned_data["key"],
            seen=form.cleaned_data["leaf"],
            model=model,
            files=collect(request, form, model),
        )
    except Refusal as refusal:
        refused = refuse(request, conversation, form, refusal=refusal, status=refusal.status)
        return asking_to_wait(refused, refusal.retry_after_s)
    if not request.htmx:
        return redirect(address_of(exchange.answer))
    return render(request, "conversations/_exchange.html", exchanged_page(exchange))


def refuse(
    request: Request,
    conversation: Conversation,
    form: MessageForm,
    *,
    status: int,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """Answer with the composer, its text kept, and what was wrong; a stale page gets the newest state too."""
    if refusal is not None:
        conversation = get_conversation(request.user, conversation.public_id)
        form = form.afresh(str(refusal), leaf=conversation.leaf.public_id if conversation.leaf else None)
    context = shown_page(conversation, form)
    if not request.htmx:
        return render(request, "conversations/conversation.html", context, status=status)
    template = (
        "conversations/_stale.html" if isinstance(refusal, Conflict) else "conversations/_composer.html"
    )
    response = render(request, template, context, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#composer", "outerHTML"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def edit_message(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    if message.role != Role.USER:
        raise Http404
    if request.method != "POST":
        return show_edit(request, message, MessageForm.fresh(text=message.text))
    refuse_when_late()
    form = MessageForm(request.POST)
    if not form.is_valid():
        return show_edit(request, message, form.afresh(), status=422)
    text, key = form.cleaned_data["text"], form.cleaned_data["key"]
    try:
        if "save" in request.POST:
            shown = save_edit(message, text=text, key=key)
        else:
            shown = edit(message, text=text, key=key, model=wiring.next_model(message.conversation)).answer
    except Refusal as refusal:
        refused = show_edit(request, message, form.afresh(str(refusal)), status=422)
        return asking_to_wait(refused, refusal.retry_after_s)
    return show_branch(request, shown)


def show_edit(request: Request, message: Message, form: MessageForm, *, status: int = 200) -> HttpResponse:
    template = "conversations/_message_edit.html" if request.htmx else "conversations/message_edit.html"
    conversation = message.conversation
    context = {
        "message": message,
        "form": form,
        "files": message.attachments.filter(deleted_at=None).without_text(),
        "current": conversation,
        "conversation": conversation,
    }
    response = render(request, template, context, status=status)
    if status != 200:
        response["HX-Retarget"] = f"#m-{message.public_id}"
    return response


@never_cache
@require_GET
def show_message(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    if not request.htmx and "fragment" not in request.GET:
        return redirect(address_of(message))
    context = {
        "entry": build_entry(message, find_progress),
        "conversation": message.conversation,
    }
    return render(request, "conversations/_message.html", context)


@never_cache
@require_GET
def message_text(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    return HttpResponse(message.text, content_type="text/plain; charset=utf-8")


@never_cache
@require_GET
def message_details(request: Request, public_id: UUID) -> HttpResponse:
    message = get_message(request.user, public_id)
    generation = getattr(message, "generation", None)
    if generation is None:
        raise Http404
    template = "conversations/_message_details.html" if request.htmx else "conversations/message_details.html"
    context = {
        "generation": generation,
        "current": message.conversation,
        "saved": saved_by_cache(generation),
    }
    return render(request, template, context)
