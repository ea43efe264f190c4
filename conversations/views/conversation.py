"""Pages of a conversation: new, shown, renamed, deleted, listed."""

from typing import NotRequired, TypedDict
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.models import User
from conversations import wiring
from conversations.access import get_conversation, get_deleted_conversation, get_message
from conversations.forms import MessageForm, Place, PlaceForm, RenameForm
from conversations.http import asking_to_wait
from conversations.models import ChatModel, Conversation, Generation, Reply
from conversations.services import budgets
from conversations.services.asking import Exchange
from conversations.services.asking import start_conversation as start
from conversations.services.entries import Entry
from conversations.services.errors import Refusal
from conversations.services.keeping import delete_conversation as delete
from conversations.services.keeping import restore_conversation as restore
from conversations.services.limits import Limits
from conversations.services.marks import see
from conversations.services.paging import PAGE, Stretch
from conversations.services.replies import replies_to
from conversations.services.sight import sight_of
from conversations.services.temporary import keep_conversation as keep
from conversations.services.titles import rename_conversation as rename
from conversations.services.transcript import Transcript, build_exchange, build_transcript
from conversations.streaming.lag import refuse_when_late

from .allowed import limits_shown
from .attachments import Terms, collect, terms
from .choosing import Start, read_start
from .progress import find_progress
from .search import found_elsewhere

NEWEST = Stretch(page=PAGE)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_conversation(request: Request) -> HttpResponse:
    if request.method == "POST":
        return start_conversation(request)
    page = new_page(request.user, MessageForm.fresh(), read_start(request, request.GET))
    part = request.htmx and not request.htmx.history_restore_request
    return render(request, "conversations/_choice.html" if part else "conversations/conversation.html", page)


def start_conversation(request: Request) -> HttpResponse:
    refuse_when_late()
    form = MessageForm(request.POST)
    if not form.is_valid():
        return refuse_first(request, form.afresh(), None, status=422)
    beginning = None
    try:
        beginning = read_start(request, request.POST)
        exchange = start(
            request.user,
            text=form.cleaned_data["text"],
            key=form.cleaned_data["key"],
            model=beginning.model,
            system_prompt=beginning.system_prompt,
            parameters=beginning.parameters,
            files=collect(request, form, beginning.model),
            temporary=beginning.temporary,
        )
    except Refusal as refusal:
        refused = refuse_first(request, form.afresh(str(refusal)), beginning, status=refusal.status)
        return asking_to_wait(refused, refusal.retry_after_s)
    conversation = exchange.question.conversation
    address = reverse("conversations:show_conversation", args=[conversation.public_id])
    if not request.htmx:
        return redirect(address)
    response = render(request, "conversations/_started.html", exchanged_page(exchange))
    response["HX-Push-Url"] = address
    return response


def refuse_first(
    request: Request, form: MessageForm, beginning: Start | None, *, status: int
) -> HttpResponse:
    page = new_page(request.user, form, beginning or Start(wiring.model_for(request.user)))
    if not request.htmx:
        return render(request, "conversations/conversation.html", page, status=status)
    response = render(request, "conversations/_composer.html", page, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#composer", "outerHTML"
    return response


@never_cache
@require_GET
def show_conversation(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    place = PlaceForm(request.GET).place
    page = shown_page(conversation, stretch=stretch_of(request.user, conversation, place))
    if place is None or not request.htmx:
        see(conversation)
        if getattr(conversation, "has_replies", False):
            page["replies"] = replies_to(conversation)
        elsewhere = found_elsewhere(request, conversation, page["entries"])
        return render(request, "conversations/conversation.html", {**page, "elsewhere": elsewhere})
    page["transcript"] = page["transcript"].beyond(place.where)
    return render(request, "conversations/_entries.html", page)


def stretch_of(user: User, conversation: Conversation, place: Place | None) -> Stretch:
    """Return the part of `conversation` that an address means; raise Http404 for a message of another one."""
    if place is None:
        return NEWEST
    message = get_message(user, place.message)
    if message.conversation_id != conversation.pk:
        raise Http404
    return Stretch(PAGE, place.where, message)


@never_cache
@require_GET
def show_gauge(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    model = wiring.next_model(conversation)
    sight = sight_of(conversation, conversation.leaf, model, wiring.takes(model))
    template = "conversations/_gauge.html" if request.htmx else "conversations/gauge.html"
    context = {"conversation": conversation, "current": conversation, "sight": sight}
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
def rename_conversation(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    form = RenameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rename(conversation, title=form.cleaned_data["title"])
        except Refusal as refusal:
            form.add_error("title", str(refusal))
    context = {"conversation": conversation, "current": conversation, "form": form}
    if request.method == "POST" and form.is_valid():
        if request.htmx:
            return render(request, "conversations/_renamed.html", context)
        return redirect("conversations:show_conversation", public_id)
    template = "conversations/_title.html" if request.htmx else "conversations/rename.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


@require_POST
def delete_conversation(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation(request.user, public_id)
    delete(conversation)
    undo = reverse("conversations:restore_conversation", args=[public_id])
    sentence = _("“%s” was deleted.") % conversation.heading
    open_now = request.htmx and str(public_id) in (request.htmx.current_url or "")
    if request.htmx and not open_now:
        return render(request, "conversations/_deleted.html", {"sentence": sentence, "undo": undo})
    messages.success(request, sentence, extra_tags=undo)
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": reverse("conversations:new_conversation")})
    return redirect("conversations:new_conversation")


@require_POST
def keep_conversation(request: Request, public_id: UUID) -> HttpResponse:
    keep(get_conversation(request.user, public_id))
    return redirect("conversations:show_conversation", public_id)


@require_POST
def restore_conversation(request: Request, public_id: UUID) -> HttpResponse:
    restore(get_deleted_conversation(request.user, public_id))
    return redirect("conversations:show_conversation", public_id)


@require_GET
def show_shortcuts(request: Request) -> HttpResponse:
    return render(request, "conversations/shortcuts.html")


def new_page(user: User, form: MessageForm, beginning: Start) -> dict[str, object]:
    limits = limits_shown(user)
    return {
        "form": form,
        "model": beginning.model,
        "start": beginning,
        "terms": terms(beginning.model, limits),
        "limits": limits,
        "standing": budgets.shown(user, limits),
        "fallback": beginning.fallback,
        "starters": starters(),
        "conversation": None,
    }


class ShownPage(TypedDict):
    """What the page of a conversation is rendered from."""

    conversation: Conversation
    current: Conversation
    model: ChatModel
    fallback: ChatModel | None
    entries: list[Entry]
    transcript: NotRequired[Transcript]
    active: Generation | None
    form: MessageForm
    terms: Terms | None
    limits: Limits
    standing: budgets.Standing | None
    replies: NotRequired[list[Reply]]


def shown_page(
    conversation: Conversation, form: MessageForm | None = None, *, stretch: Stretch = NEWEST
) -> ShownPage:
    leaf = conversation.leaf.public_id if conversation.leaf else ""
    model = wiring.next_model(conversation)
    transcript = build_transcript(conversation, stretch, find_progress, takes=wiring.takes(model))
    entries = transcript.entries
    limits = limits_shown(conversation.owner)
    return {
        "conversation": conversation,
        "current": conversation,
        "model": model,
        "fallback": conversation.model if model != conversation.model else None,
        "terms": terms(model, limits, conversation),
        "limits": limits,
        "standing": budgets.shown(conversation.owner, limits),
        "entries": entries,
        "transcript": transcript,
        "active": active_answer(conversation, entries),
        "form": form or MessageForm.fresh(leaf=leaf),
    }


def exchanged_page(exchange: Exchange) -> ShownPage:
    """What the page gains by a question just asked: nothing else of the conversation is read again."""
    conversation = exchange.answer.conversation
    leaf = conversation.leaf.public_id if conversation.leaf else ""
    entries = build_exchange(exchange, find_progress)
    limits = limits_shown(conversation.owner)
    return {
        "conversation": conversation,
        "current": conversation,
        "model": conversation.model,
        "fallback": None,
        "terms": terms(conversation.model, limits, conversation),
        "limits": limits,
        "standing": budgets.shown(conversation.owner, limits),
        "entries": entries,
        "active": active_answer(conversation, entries),
        "form": MessageForm.fresh(leaf=leaf),
    }


def active_answer(conversation: Conversation, entries: list[Entry]) -> Generation | None:
    """Return the answer that is being written, here among `entries` or on a branch that is not shown.

    What `entries` show as running may have ended since: a page is of one moment.
    """
    shown = next((entry.generation for entry in entries if entry.is_active), None)
    if shown or not getattr(conversation, "is_running", True):
        return shown
    return Generation.objects.answering(conversation).select_related("message").first()


def starters() -> list[dict[str, str]]:
    pairs = (_(starter).partition(":") for starter in settings.STARTERS if ":" in starter)
    return [{"title": title.strip(), "text": text.strip()} for title, _colon, text in pairs]
