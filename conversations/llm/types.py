"""What crosses the door of the API client: plain values, frozen where they come out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypedDict

# The three request schemas of one address: OpenAI's (A), Anthropic's (B), and the one that takes both (C).
Dialect = Literal["openai", "anthropic", "both"]
Outcome = Literal["complete", "cut_short", "empty", "refused", "tool_call"]
Effort = Literal["low", "medium", "high"]


class TextPart(TypedDict):
    type: Literal["text"]
    text: str


class ImageURL(TypedDict):
    url: str  # always a data URL: nothing private has to be reachable from outside


class ImagePart(TypedDict):
    type: Literal["image_url"]
    image_url: ImageURL


class FileData(TypedDict):
    filename: str
    file_data: str  # a data URL; PDF only


class FilePart(TypedDict):
    type: Literal["file"]
    file: FileData


ContentPart = TextPart | ImagePart | FilePart


class ChatMessage(TypedDict):
    role: Literal["user", "assistant"]
    content: str | Sequence[ContentPart]


class Parameters(TypedDict, total=False):
    """What a person may choose; anything else in it is not sent."""

    temperature: float
    top_p: float
    stop: Sequence[str]
    thinking_tokens: int  # budget for thinking, 0 = off
    effort: Effort  # the same in a word, for models that take no budget


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question to a model, before it is written in the dialect that the model understands."""

    model: str
    messages: Sequence[ChatMessage]
    system: str = ""
    parameters: Parameters = field(default_factory=Parameters)
    dialect: Dialect = "openai"
    max_tokens: int = 4096
    system_moved: bool = False  # the system prompt stands where the dialect has none
    cache: bool = False  # what will be sent again is marked, so that the provider keeps it for a while

    def body(self) -> bytes:
        """Return the JSON to send, UTF-8; the same request always gives the same bytes."""
        from .body import write_body

        return write_body(self)

    def digest(self) -> str:
        """Return the SHA-256 of `body()` in hexadecimal."""
        return hashlib.sha256(self.body()).hexdigest()


@dataclass(frozen=True, slots=True)
class Opened:
    """The headers of one try are in; `client_request_id` is the id as sent, with the number of the try.

    `system_moved` tells that the request went out with its system prompt in the other place.
    """

    http_status: int
    inference_id: str
    client_request_id: str
    attempt: int
    system_moved: bool = False


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts as the API reported them; not `trusted` when they may be credits rather than tokens."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: Decimal | None = None
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: str  # JSON as the model wrote it, possibly invalid


@dataclass(frozen=True, slots=True)
class Finished:
    """The model came to an end and said so; always the last event."""

    reason: str
    native_reason: str
    outcome: Outcome
    refusal: str = ""
    model: str = ""
    upstream_id: str = ""
    tool_calls: tuple[ToolCall, ...] = ()


Event = Opened | TextDelta | ReasoningDelta | Usage | Finished


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How long and how much the client bears; measured on a monotonic clock, moved only by visible words."""

    connect_s: float = 5
    first_text_s: float = 90
    silence_s: float = 60
    answer_s: float = 600
    finish_linger_s: float = 2
    line_bytes: int = 1024 * 1024
    answer_chars: int = 200_000
    error_body_bytes: int = 64 * 1024
    error_body_s: float = 5
    retry_after_s: float = 10
    retry_within_s: float = 8
    retry_waits_s: tuple[float, ...] = (1, 3)  # each times 0.5 to 1.5; none = never ask again by itself
