"""One conversation, as its owner sees it and with all that is known of it."""

from uuid import UUID

from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.adapter import client_address
from accounts.http import Request
from conversations.models import Attachment, Conversation, Generation
from conversations.services.errors import Refusal
from conversations.services.paging import Stretch
from conversations.services.transcript import build_entry, build_transcript
from review.access import conversations_in_scope
from review.finding.asked import Asked
from review.finding.listing import neighbour
from review.judging.panel import Judgement, judgement_of, notes_by_message
from review.models import ReadEvent
from review.reading import REASON_LENGTH, get_conversation_to_read, readings_of, record_reading
from review.transcripts.branches import STEMS_SHOWN, Node, Tree, tree_of
from review.transcripts.calls import CALLS_SHOWN, calls_of, request_of, sum_of
from review.transcripts.differences import compare
from review.transcripts.lines import Line, line_of, lines_of

from .doors import for_readers

READINGS_SHOWN = 20
PAGE = 200
# A file runs nothing, asks for nothing and belongs to no site, whatever a browser makes of it.
FILE_POLICY = "default-src 'none'; sandbox"
# So long a page that is on record may ask for its parts: a longer stay is a reading of its own.
PASS_SALT, PASS_S = "review.pass", 3_600


@require_safe
@never_cache
@for_readers
def read_conversation(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation_to_read(request.user, public_id)
    reading = put_on_record(request, conversation, reason=request.GET.get("reason", ""))
    tree = tree_of(conversation)
    stretch = stretch_of(request, conversation, tree)
    transcript = build_transcript(conversation, stretch)
    calls = list(calls_of(conversation)[: CALLS_SHOWN + 1])
    asked = Asked.of(request.GET.get("list", ""), reader=request.user)
    judgement = judgement_of(conversation, request.user)
    context = {
        "conversation": conversation,
        "transcript": transcript,
        "lines": with_notes(lines_of(transcript.entries, tree), judgement),
        "judgement": judgement,
        "list_asked": asked.query,
        "rated": [entry for entry in transcript.entries if entry.feedback],
        "read_only": True,
        "reading": reading,
        "readings": readings_of(conversation).exclude(pk=reading.pk)[:READINGS_SHOWN],
        "reason_length": REASON_LENGTH,
        "messages_in_all": len(tree.nodes),
        "stems": list(tree.stems(conversation.leaf_id))[:STEMS_SHOWN] if tree.has_forks else [],
        "calls": calls[:CALLS_SHOWN],
        "further_calls": len(calls) > CALLS_SHOWN,
        "sums": sum_of(conversation),
        "pass": pass_for(request, conversation),
        "leaf": conversation.leaf,
        "parameters": list(conversation.parameters.items()),
        "back": asked.address(),
        "list_query": urlencode({"list": asked.query}) if asked.query else "",
    }
    return render(request, "review/conversation.html", context)


def with_notes(lines: list[Line], judgement: Judgement) -> list[Line]:
    notes = notes_by_message(judgement.notes)
    for line in lines:
        line.notes = notes.get(line.entry.message.pk, ())
    return lines


def put_on_record(request: Request, conversation: Conversation, *, reason: str = "") -> ReadEvent:
    return record_reading(conversation, reader=request.user, address=client_address(request), reason=reason)


def stretch_of(request: Request, conversation: Conversation, tree: Tree) -> Stretch:
    """Return which part of which branch is asked for; `conversation` shows that branch from here on."""
    asked = {
        name: node
        for name in ("leaf", "m", "above", "below")
        if (node := node_of(request.GET.get(name), tree))
    }
    through = asked.get("leaf") or asked.get("m")
    shown = tree.branch_to(conversation.leaf_id) if conversation.leaf_id else set()
    if through is not None and ("leaf" in asked or through.pk not in shown):
        conversation.leaf = conversation.messages.get(pk=tree.leaf_through(through.pk).pk)
    for where in ("above", "below"):
        if where in asked:
            return Stretch(PAGE, where, conversation.messages.get(pk=asked[where].pk))
    if "m" in asked:
        return Stretch(PAGE, "around", conversation.messages.get(pk=asked["m"].pk))
    return Stretch(PAGE)


def node_of(text: str | None, tree: Tree) -> Node | None:
    public_id = uuid_of(text)
    return tree.found(public_id) if public_id else None


def uuid_of(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def pass_for(request: Request, conversation: Conversation) -> str:
    """Return what says for an hour that this reader has `conversation` open, on record."""
    return signing.dumps([request.user.pk, str(conversation.public_id)], salt=PASS_SALT, compress=False)


def open_to(request: Request, public_id: UUID) -> Conversation:
    """Return a conversation of which a part is asked for; without a pass that is a reading, on record."""
    conversation = get_conversation_to_read(request.user, public_id)
    try:
        passed = signing.loads(request.GET.get("pass", ""), salt=PASS_SALT, max_age=PASS_S)
    except signing.BadSignature:
        passed = None
    if passed != [request.user.pk, str(public_id)]:
        put_on_record(request, conversation)
    return conversation


@require_safe
@never_cache
@for_readers
def follow_message(request: Request, public_id: UUID, message_id: UUID) -> HttpResponse:
    """Show a message as it is now: the page asks while an answer is made."""
    conversation = open_to(request, public_id)
    message = get_object_or_404(conversation.messages.select_related("generation"), public_id=message_id)
    message.conversation = conversation
    entry = build_entry(message)
    entry.shows_model = True
    context = {
        "conversation": conversation,
        "line": with_notes([line_of(entry)], judgement_of(conversation, request.user))[0],
        "entry": entry,
        "read_only": True,
        "pass": request.GET.get("pass", ""),
    }
    return render(request, "review/_line.html", context)


@require_safe
@never_cache
@for_readers
def compare_versions(request: Request, public_id: UUID, message_id: UUID) -> HttpResponse:
    conversation = open_to(request, public_id)
    message = get_object_or_404(conversation.messages, public_id=message_id)
    context = {"conversation": conversation, "message": message, "versions": compare(message)}
    template = "review/_versions.html" if request.htmx else "review/versions.html"
    return render(request, template, context)


@require_safe
@never_cache
@for_readers
def show_call(request: Request, public_id: UUID, call_id: UUID) -> HttpResponse:
    conversation = open_to(request, public_id)
    call = get_object_or_404(
        conversation.generations.select_related("message", "continues"), public_id=call_id
    )
    call.conversation = conversation
    sent = request_of(call)
    if "as" in request.GET:
        return as_file(call, sent.body if sent else None)
    context = {"conversation": conversation, "call": call, "sent": sent, "pass": request.GET.get("pass", "")}
    return render(request, "review/_call.html" if request.htmx else "review/call.html", context)


def as_file(call: Generation, body: bytes | None) -> HttpResponse:
    if body is None:
        raise Http404
    name = content_disposition_header(True, f"request-{call.public_id}.json") or "attachment"
    headers = {"Content-Disposition": name, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type="application/json", headers=headers)


@require_safe
@never_cache
@for_readers
def open_file(request: Request, public_id: UUID, file_id: UUID) -> HttpResponse:
    conversation = get_conversation_to_read(request.user, public_id)
    carried = Attachment.objects.filter(messages__conversation=conversation).without_text().distinct()
    attachment = get_object_or_404(carried, public_id=file_id, deleted_at=None)
    put_on_record(request, conversation, reason=f"file {attachment.public_id}")
    data = attachment.read()
    if data is None:
        raise Http404
    headers = {
        "Content-Disposition": content_disposition_header(True, attachment.name) or "attachment",
        "Content-Security-Policy": FILE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Encoding": "identity",
    }
    content_type = "text/plain; charset=utf-8" if attachment.is_text else attachment.media_type
    return HttpResponse(data, content_type=content_type, headers=headers)


@require_safe
@never_cache
@for_readers
def step_on(request: Request, public_id: UUID) -> HttpResponse:
    """Lead to the conversation that stands next in the list, or back to the list at its end."""
    conversation = get_conversation_to_read(request.user, public_id)
    asked = Asked.of(request.GET.get("list", ""), reader=request.user)
    if not asked.is_valid or asked.words.has_words:
        return redirect(asked.address())
    try:
        other = neighbour(
            conversations_in_scope(request.user), asked, conversation, step=request.GET.get("step", "")
        )
    except Refusal:
        other = None
    if other is None:
        return redirect(asked.address())
    way = redirect("review:read_conversation", other.public_id)
    if asked.query:
        way["Location"] += f"?{urlencode({'list': asked.query})}"
    return way


@require_safe
@for_readers
def lead_on(request: Request, public_id: UUID) -> HttpResponse:
    """The address that conversations had before the console had a list."""
    conversation = get_conversation_to_read(request.user, public_id)
    return redirect("review:read_conversation", conversation.public_id)
