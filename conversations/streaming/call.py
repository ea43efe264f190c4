"""One call to the model: what its events say, kept apart from the words themselves."""

from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from time import monotonic
from typing import TypedDict

from conversations.llm.client import LLMClient
from conversations.llm.errors import LLMError
from conversations.llm.types import ChatRequest, Finished, Opened, ReasoningDelta, TextDelta, Usage
from conversations.services.sending import characters_sent, parameters_sent

from .ending import Ending, after_error, after_finish
from .live import LiveAnswer


class Facts(TypedDict, total=False):
    """What a call told about itself; the names are those of Generation."""

    http_status: int | None
    inference_id: str
    attempts: int
    model_answered: str
    upstream_id: str
    finish_reason: str
    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    usage_trusted: bool
    cost_usd: Decimal | None
    first_token_at: datetime
    parameters: dict[str, object]
    body_digest: bytes


class Call:
    """Reads one answer from the model into a LiveAnswer."""

    def __init__(self, live: LiveAnswer, *, started_at: datetime) -> None:
        self.live = live
        self.facts: Facts = {}
        self.characters_sent = 0
        self._started_at = started_at
        self._started = monotonic()

    async def run(self, client: LLMClient, request: ChatRequest, *, request_id: str) -> Ending:
        """Read the answer to its end and return how it ended; every failure of the outside is an ending."""
        self.characters_sent = characters_sent(request)
        try:
            async with aclosing(client.stream_chat(request, client_request_id=request_id)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        self._first_word()
                        self.live.append_text(event.text)
                    elif isinstance(event, ReasoningDelta):
                        self.live.append_reasoning(event.text)
                    elif isinstance(event, Finished):
                        return self._finish(event)
                    else:
                        self._note(event)
                        if isinstance(event, Opened) and event.system_moved:
                            self._note_moved(replace(request, system_moved=True))
        except LLMError as error:
            if error.http_status:
                self.facts["http_status"] = error.http_status
            return after_error(error, had_text=self.live.characters > 0)
        raise RuntimeError("The stream ended without Finished and without an error.")

    def now(self) -> datetime:
        """Return the time on the clock of the call's start: a clock that is set does not bend durations."""
        return self._started_at + timedelta(seconds=monotonic() - self._started)

    def _first_word(self) -> None:
        if "first_token_at" not in self.facts:
            self.facts["first_token_at"] = self.now()

    def _note(self, event: Opened | Usage) -> None:
        if isinstance(event, Opened):
            self.facts |= {
                "http_status": event.http_status,
                "inference_id": event.inference_id[:128],
                "attempts": event.attempt,
            }
        else:
            self.facts |= {
                "prompt_tokens": event.prompt_tokens,
                "completion_tokens": event.completion_tokens,
                "cached_tokens": event.cached_tokens,
                "reasoning_tokens": event.reasoning_tokens,
                "usage_trusted": event.trusted,
                "cost_usd": event.cost_usd,
            }

    def _note_moved(self, request: ChatRequest) -> None:
        """The row was prepared for another body than the one that went out."""
        self.facts |= {
            "parameters": parameters_sent(request),
            "body_digest": bytes.fromhex(request.digest()),
        }

    def _finish(self, event: Finished) -> Ending:
        self.facts |= {
            "finish_reason": event.reason[:60],
            "model_answered": event.model[:200],
            "upstream_id": event.upstream_id[:128],
        }
        return after_finish(event, had_text=self.live.characters > 0)
