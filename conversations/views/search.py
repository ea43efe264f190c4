"""Search: a page of its own, and what the side bar shows as one types."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.http import Request
from conversations.access import find_message
from conversations.models import Conversation, Message
from conversations.services.entries import Entry
from conversations.services.errors import Refusal
from conversations.services.search import Found, parse_query, search


@never_cache
@require_GET
def search_conversations(request: Request) -> HttpResponse:
    text, older = request.GET.get("q", ""), key_of(request.GET.get("older", ""))
    found, sentence = Found([], []), ""
    try:
        found = search(request.user, parse_query(text), older=older, widened="wide" in request.GET)
    except Refusal as refusal:
        sentence = str(refusal)
    context = {
        "query": text,
        "found": found,
        "sentence": sentence,
        "more": address_of_more(text, found),
        "continued": older is not None,
        "in_sidebar": "sidebar" in request.GET,
    }
    template = "conversations/search.html"
    if request.htmx:
        template = "conversations/_hits.html" if older is not None else "conversations/_found.html"
    return render(request, template, context, status=422 if sentence else 200)


def key_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def address_of_more(text: str, found: Found) -> str:
    if found.older is None:
        return ""
    wide = {"wide": "1"} if found.widened else {}
    return f"{reverse('conversations:search')}?{urlencode({'q': text, 'older': found.older, **wide})}"


def found_elsewhere(request: Request, conversation: Conversation, entries: list[Entry]) -> Message | None:
    """Return the message that a hit led to when it is in another version than the one that `entries` show."""
    try:
        public_id = UUID(request.GET.get("m", ""))
    except ValueError:
        return None
    if any(entry.message.public_id == public_id for entry in entries):
        return None
    return find_message(conversation, public_id)
