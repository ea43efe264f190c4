"""The calls to the models that a conversation made: what was sent, what came, when and for how much."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from conversations.models import Conversation, Generation
from conversations.services.sending import rebuild

DATA_URL = re.compile(r"(data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=]{24})[A-Za-z0-9+/=]{200,}")
CALLS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """The body of a request, proved by its hash; `messages` as JSON for people, files in it shortened."""

    body: bytes
    messages: str
    rest: str
    count: int
    is_shortened: bool


def calls_of(conversation: Conversation) -> QuerySet[Generation]:
    """Return every call that `conversation` made, titles and summaries too, the latest first."""
    return (
        conversation.generations.select_related("message")
        .defer("message__text", "message__html")
        .order_by("-pk")
    )


def sum_of(conversation: Conversation) -> dict[str, Any]:
    """Return what all calls of `conversation` came to; tokens only where the counts are trusted."""
    trusted = Q(usage_trusted=True)
    return conversation.generations.aggregate(
        calls=Count("pk"),
        prompt=Sum("prompt_tokens", filter=trusted),
        completion=Sum("completion_tokens", filter=trusted),
        cached=Sum("cached_tokens", filter=trusted),
        cost=Sum("cost_usd"),
    )


def request_of(call: Generation) -> Sent | None:
    """Return what `call` sent, or None when it cannot be rebuilt and proved."""
    request = rebuild(call)
    if request is None:
        return None
    body = request.body()
    content: dict[str, Any] = json.loads(body)
    messages = content.pop("messages")
    return Sent(
        body,
        shortened(pretty(messages)),
        shortened(pretty(content)),
        count=len(messages),
        is_shortened=bool(DATA_URL.search(body.decode())),
    )


def pretty(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)


def shortened(text: str) -> str:
    return DATA_URL.sub(r"\1…", text)
