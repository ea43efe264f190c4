from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.adapter import client_address
from accounts.http import Request
from conversations.services.transcript import build_entries

from .reading import REASON_LENGTH, get_conversation_to_read, readings_of, record_reading

READINGS_SHOWN = 20


@require_safe
@never_cache
def read_conversation(request: Request, public_id: UUID) -> HttpResponse:
    conversation = get_conversation_to_read(request.user, public_id)
    reading = record_reading(
        conversation,
        reader=request.user,
        address=client_address(request),
        reason=request.GET.get("reason", ""),
    )
    entries = build_entries(conversation)
    context = {
        "conversation": conversation,
        "entries": entries,
        "rated": [entry for entry in entries if entry.feedback],
        "read_only": True,
        "reading": reading,
        "readings": readings_of(conversation).exclude(pk=reading.pk)[:READINGS_SHOWN],
        "reason_length": REASON_LENGTH,
    }
    return render(request, "review/conversation.html", context)
