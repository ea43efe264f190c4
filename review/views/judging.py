"""What a reviewer thinks of a conversation: their verdict, their notes, their words to its owner."""

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.dateparse import parse_datetime
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import Request
from conversations.models import Conversation, Message
from conversations.services.errors import Refusal
from conversations.services.replies import write_reply
from review.finding.asked import Asked
from review.judging import notes
from review.judging.notes import Passage
from review.judging.panel import judgement_of
from review.judging.reading import opinion_in
from review.judging.verdicts import Opinion, give_verdict, settle
from review.models import Note, State
from review.models.judging import NOTE_LENGTH, QUOTE_LENGTH

from .conversation import open_to
from .doors import for_readers


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_readers
def judge(request: Request, public_id: UUID) -> HttpResponse:
    conversation = open_to(request, public_id)
    if request.method != "POST":
        return show_panel(request, conversation)
    opinion, settles = opinion_in(request.POST), "settle" in request.POST
    goes_on = request.POST.get("then") == "next"
    if goes_on and opinion.state == State.UNREVIEWED:
        opinion = Opinion(State.REVIEWED, opinion.labels, opinion.steps)
    try:
        if settles:
            settle(conversation, reviewer=request.user, opinion=opinion, seen=moment(request))
        else:
            give_verdict(conversation, reviewer=request.user, opinion=opinion)
    except Refusal as refusal:
        if settles:
            return show_panel(request, conversation, refusal, settling=opinion, settling_open=True)
        return show_panel(request, conversation, refusal, typed=opinion)
    if goes_on:
        return step_on_from(request, conversation)
    return after(request, conversation, _("Settled.") if settles else _("Kept."))


def moment(request: Request) -> datetime | None:
    try:
        return parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        return None


def leads_within(address: str) -> bool:
    """Tell whether `address`, which a form sent, is a page of the console and nothing else."""
    try:
        return (
            url_has_allowed_host_and_scheme(address, None)
            and "review" in resolve(urlsplit(address).path).app_names
        )
    except (Resolver404, ValueError):
        return False


def step_on_from(request: Request, conversation: Conversation) -> HttpResponse:
    """Lead to what stands next: in the list that they came from, or where the page with the panel says."""
    query = {"step": "next", "list": request.POST.get("list", "")}
    way = f"{reverse('review:step_on', args=[conversation.public_id])}?{urlencode(query)}"
    wanted = request.POST.get("next", "")
    if leads_within(wanted):
        way = iri_to_uri(wanted)
    return HttpResponse(headers={"HX-Redirect": way}) if request.htmx else redirect(way)


def show_panel(
    request: Request,
    conversation: Conversation,
    refusal: Refusal | None = None,
    *,
    typed: Opinion | None = None,
    settling: Opinion | None = None,
    **more: object,
) -> HttpResponse:
    """Render the panel alone; with a `refusal` its sentence, and what was typed stands where it was."""
    context = {
        "conversation": conversation,
        "judgement": judgement_of(conversation, request.user, typed=typed, settling=settling),
        "pass": request.GET.get("pass", ""),
        "list_asked": Asked.of(request.POST.get("list", ""), reader=request.user).query,
        "judgement_next": request.POST.get("next", ""),
        "sentence": str(refusal or ""),
        **more,
    }
    template = "review/_judgement.html" if request.htmx else "review/judgement.html"
    status = 200 if refusal is None else 422 if request.htmx else refusal.status
    return render(request, template, context, status=status)


def after(
    request: Request, conversation: Conversation, sentence: str, message: Message | None = None
) -> HttpResponse:
    """Answer with the panel as it is now, or lead back to the conversation, which is a reading again."""
    if request.htmx:
        return show_panel(request, conversation, told_sentence=sentence)
    messages.success(request, sentence)
    way = redirect("review:read_conversation", conversation.public_id)
    if listed := Asked.of(request.POST.get("list", ""), reader=request.user).query:
        way["Location"] += f"?{urlencode({'list': listed})}"
    way["Location"] += f"#m-{message.public_id}" if message else "#judgement"
    return way


@for_readers
@require_POST
def write_note(request: Request, public_id: UUID) -> HttpResponse:
    conversation, text = open_to(request, public_id), request.POST.get("text", "")
    try:
        notes.write_note(conversation, author=request.user, text=text)
    except Refusal as refusal:
        return show_panel(request, conversation, refusal, note_typed=text)
    return after(request, conversation, _("The note is kept."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_readers
def note_message(request: Request, public_id: UUID, message_id: UUID) -> HttpResponse:
    """The form for a note on a message, then the notes under it."""
    conversation = open_to(request, public_id)
    message = get_object_or_404(conversation.messages, public_id=message_id)
    asked = request.POST if request.method == "POST" else request.GET
    passage = Passage.of(*(asked.get(name, "") for name in ("quote", "prefix", "suffix")))
    text, sentence = request.POST.get("text", ""), ""
    if request.method == "POST":
        try:
            notes.write_note(conversation, author=request.user, text=text, message=message, passage=passage)
        except Refusal as refusal:
            sentence = str(refusal)
        else:
            return after_note(request, conversation, message, _("The note is kept."))
    context = {
        "conversation": conversation,
        "message": message,
        "key": message.public_id,
        "passage": passage,
        "text": text,
        "sentence": sentence,
        "pass": request.GET.get("pass", ""),
        "note_length": NOTE_LENGTH,
        "quote_length": QUOTE_LENGTH,
    }
    template = "review/_note_form.html" if request.htmx else "review/note.html"
    return render(request, template, context, status=422 if sentence else 200)


def after_note(
    request: Request, conversation: Conversation, message: Message | None, sentence: str
) -> HttpResponse:
    if message is None or not request.htmx:
        return after(request, conversation, sentence, message)
    judgement = judgement_of(conversation, request.user)
    context = {
        "conversation": conversation,
        "message": message,
        "notes": [note for note in judgement.notes if note.message_id == message.pk],
        "pass": request.GET.get("pass", ""),
        "told": sentence,
    }
    return render(request, "review/_message_notes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_readers
def change_note(request: Request, public_id: UUID, note_id: UUID) -> HttpResponse:
    conversation = open_to(request, public_id)
    mine = Note.objects.filter(conversation=conversation, author=request.user).select_related("message")
    note = get_object_or_404(mine, public_id=note_id)
    text, sentence = request.POST.get("text", note.text), ""
    if "delete" in request.POST:
        notes.delete_note(note)
        return after_note(request, conversation, note.message, _("The note was deleted."))
    if request.method == "POST":
        try:
            notes.edit_note(note, text=text)
        except Refusal as refusal:
            sentence = str(refusal)
        else:
            return after_note(request, conversation, note.message, _("The note is kept."))
    context = {
        "conversation": conversation,
        "message": note.message,
        "note": note,
        "key": note.public_id,
        "text": text,
        "sentence": sentence,
        "pass": request.GET.get("pass", ""),
        "note_length": NOTE_LENGTH,
    }
    template = "review/_note_form.html" if request.htmx else "review/note.html"
    return render(request, template, context, status=422 if sentence else 200)


@for_readers
@require_POST
def reply(request: Request, public_id: UUID) -> HttpResponse:
    conversation, text = open_to(request, public_id), request.POST.get("text", "")
    try:
        write_reply(conversation, author=request.user, text=text)
    except Refusal as refusal:
        return show_panel(request, conversation, refusal, reply_typed=text)
    return after(request, conversation, _("Its owner will find it above the conversation."))
