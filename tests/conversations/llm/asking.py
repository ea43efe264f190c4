"""How these tests ask: one question through the real client, and everything that came of it."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

from conversations.llm.client import LLMClient
from conversations.llm.errors import LLMError
from conversations.llm.types import (
    CallLimits,
    ChatRequest,
    Event,
    Finished,
    Opened,
    ReasoningDelta,
    TextDelta,
    Usage,
)

KEY = "sk-canary-0123456789"
QUESTION = ChatRequest("fake/model", [{"role": "user", "content": "Hello"}])
ONCE = CallLimits(retry_waits_s=())
QUICK = CallLimits(retry_waits_s=(0.01, 0.01))


@dataclass
class Heard:
    """All that one call gave."""

    events: list[Event] = field(default_factory=list)
    error: LLMError | None = None
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def reasoning(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ReasoningDelta))

    @property
    def opened(self) -> list[Opened]:
        return [event for event in self.events if isinstance(event, Opened)]

    @property
    def usage(self) -> Usage | None:
        found = [event for event in self.events if isinstance(event, Usage)]
        assert len(found) <= 1
        return found[0] if found else None

    @property
    def finished(self) -> Finished | None:
        found = [event for event in self.events if isinstance(event, Finished)]
        assert found in ([], [self.events[-1]])
        return found[0] if found else None

    @property
    def outcome(self) -> str | None:
        return self.finished.outcome if self.finished else None

    @property
    def problem(self) -> str | None:
        return self.error.problem if self.error else None


async def ask(client: LLMClient, request: ChatRequest = QUESTION) -> Heard:
    """Ask `client` and gather what comes, close it afterwards."""
    loop = asyncio.get_running_loop()
    heard, started = Heard(), loop.time()
    try:
        async with aclosing(client.stream_chat(request, client_request_id="gen-1")) as events:
            async for event in events:
                heard.events.append(event)
    except LLMError as error:
        heard.error = error
    finally:
        heard.seconds = loop.time() - started
        await client.aclose()
    return heard
