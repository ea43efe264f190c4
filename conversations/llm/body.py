"""Write a request in the dialect of its model.

Three families of Claude share one address; a field that a family does not know is dropped without a word, so
each gets only what its schema lists. The same request gives the same bytes: their hash proves what went out.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .abilities import THINKING_TOKENS, is_claude, ranges_of
from .text import clean
from .types import ChatMessage, ChatRequest, ContentPart, Dialect, Parameters

Json = Mapping[str, "JsonValue"]
JsonValue = str | int | float | bool | None | Json | Sequence["JsonValue"]
SystemPlace = Literal["message", "top"]

THINKING_AT_LEAST = 1024  # the smallest budget that the schemas allow
ANSWER_BESIDE_THINKING = 2000  # the budget counts inside max_tokens, and an answer must still fit
STOPS_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class Family:
    """What one request schema has."""

    system: SystemPlace
    stop: str
    stream_options: bool
    thinking: Literal["reasoning", "thinking"]
    parts: Literal["openai", "anthropic"]


FAMILIES: dict[Dialect, Family] = {
    "openai": Family("message", "stop", True, "reasoning", "openai"),
    "anthropic": Family("top", "stop_sequences", False, "thinking", "anthropic"),
    "both": Family("top", "stop_sequences", False, "thinking", "openai"),
}


def write_body(request: ChatRequest) -> bytes:
    """Return `request` as JSON in UTF-8."""
    family = FAMILIES[request.dialect]
    if request.system_moved:
        family = replace(family, system="top" if family.system == "message" else "message")
    messages: list[Json] = [_message(message, family) for message in request.messages]
    body: dict[str, JsonValue] = {"model": request.model}
    system: JsonValue = request.system
    if request.cache:
        system = _marked(request.system)
        messages[:-1] = _marked_at_the_end(messages[:-1])
    if request.system:
        if family.system == "message":
            messages.insert(0, {"role": "system", "content": system})
        else:
            body["system"] = system
    body["messages"] = messages
    body["max_tokens"] = request.max_tokens
    body["stream"] = True
    if family.stream_options:
        body["stream_options"] = {"include_usage": True}
    body |= _choices(request, family)
    return clean(json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)).encode()


def _choices(request: ChatRequest, family: Family) -> dict[str, JsonValue]:
    """Return what the person may choose, held to the ranges that the model takes."""
    chosen: Parameters = request.parameters
    written: dict[str, JsonValue] = {}
    stops = [stop for stop in chosen.get("stop") or () if stop.strip()][:STOPS_AT_MOST]
    if stops:
        written[family.stop] = stops
    # With thinking Claude wants its own temperature.
    return written | (_thinking(request, family) or _sampling(request))


def _thinking(request: ChatRequest, family: Family) -> dict[str, JsonValue]:
    effort = request.parameters.get("effort")
    if effort and not is_claude(request.model):
        return {"reasoning_effort": effort}
    wanted = request.parameters.get("thinking_tokens") or (THINKING_TOKENS[effort] if effort else 0)
    budget = min(wanted, request.max_tokens - ANSWER_BESIDE_THINKING)
    if budget < THINKING_AT_LEAST:
        return {}
    if family.thinking == "reasoning":
        return {"reasoning": {"max_tokens": budget}}
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}


def _sampling(request: ChatRequest) -> dict[str, JsonValue]:
    """Return the temperature or, without one, top_p: both together are not to be sent."""
    ranges = ranges_of(request.model, request.dialect)
    chosen = request.parameters
    values = (("temperature", chosen.get("temperature")), ("top_p", chosen.get("top_p")))
    for name, value in values:
        if value is not None and name in ranges:
            low, high = ranges[name]
            return {name: min(max(value, low), high)}
    return {}


def _message(message: ChatMessage, family: Family) -> Json:
    content = message["content"]
    if not isinstance(content, str) and all(part["type"] == "text" for part in content):
        # Some servers fail on parts; a plain string is understood by all.
        content = "\n\n".join(part["text"] for part in content if part["type"] == "text")
    if isinstance(content, str):
        return {"role": message["role"], "content": content}
    write_part = _part_for_anthropic if family.parts == "anthropic" else _part_for_openai
    return {"role": message["role"], "content": [write_part(part) for part in content if not _is_empty(part)]}


def _marked_at_the_end(messages: list[Json]) -> list[Json]:
    """Return `messages`, all of which the next question repeats, with a mark on the last that has words.

    The provider keeps what stands before a mark for five minutes (aimlapi's schemas; Anthropic).
    """
    if messages and isinstance(words := messages[-1]["content"], str) and words:
        return [*messages[:-1], {**messages[-1], "content": _marked(words)}]
    return messages


def _marked(words: str) -> JsonValue:
    return [{"type": "text", "text": words, "cache_control": {"type": "ephemeral"}}]


def _is_empty(part: ContentPart) -> bool:
    return part["type"] == "text" and not part["text"]


def _part_for_openai(part: ContentPart) -> Json:
    if part["type"] == "text":
        return {"type": "text", "text": part["text"]}
    if part["type"] == "image_url":
        return {"type": "image_url", "image_url": {"url": part["image_url"]["url"]}}
    file = part["file"]
    return {"type": "file", "file": {"filename": file["filename"], "file_data": file["file_data"]}}


def _part_for_anthropic(part: ContentPart) -> Json:
    if part["type"] == "text":
        return {"type": "text", "text": part["text"]}
    if part["type"] == "image_url":
        return {"type": "image", "source": _source(part["image_url"]["url"])}
    return {"type": "document", "source": _source(part["file"]["file_data"])}


def _source(data_url: str) -> Json:
    head, _, data = data_url.partition(",")
    media_type = head.removeprefix("data:").removesuffix(";base64")
    return {"type": "base64", "media_type": media_type, "data": data}
