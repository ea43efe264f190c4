"""Chat completions of any OpenAI-compatible server, as a stream of plain values.

The transport is used without httpx's own client around it: so there is no redirect to follow, no cookie to
carry from one person's answer to the next, and no proxy of the environment to send the key to.
"""

import asyncio
import logging
import random
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

import httpx

from .answer import Answer
from .errors import ConnectionDropped, LLMError, NoAnswer, SystemMisplaced, Unreachable
from .failures import safe_id
from .transport import WIRE_ERRORS, TransportName, error_before_answer, open_transport
from .types import CallLimits, ChatRequest, Event, Opened
from .watchdog import Expired

logger = logging.getLogger(__name__)

# The API silently drops an id of other or of over 128 characters; 8 are left for the number of the try.
CLIENT_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,120}")
WRITE_S = 30.0
UPLOAD_BYTES = 64 * 1024
DEFAULT_LIMITS = CallLimits()


@dataclass(slots=True)
class Try:
    """One attempt to get an answer."""

    number: int
    client_request_id: str
    body: bytes
    connect_s: float
    system_moved: bool = False


class LLMClient:
    """A pool of connections to one API; use it in one event loop, close it with `aclose()`."""

    def __init__(
        self,
        base_url: str,
        api_key: str = "",
        *,
        limits: CallLimits = DEFAULT_LIMITS,
        transport: TransportName | httpx.AsyncBaseTransport = "aiohttp",
        max_connections: int = 1000,
    ) -> None:
        self._url = _chat_url(base_url)
        self._headers = _headers(api_key)
        self._limits = limits
        if isinstance(transport, str):
            secure = self._url.scheme == "https"
            transport = open_transport(transport, secure=secure, max_connections=max_connections)
        self._transport = transport

    def __repr__(self) -> str:
        return f"<LLMClient {self._url.scheme}://{self._url.netloc.decode()}{self._url.path}>"

    async def aclose(self) -> None:
        """Close all connections, also those of answers that still run."""
        await self._transport.aclose()

    async def stream_chat(self, request: ChatRequest, *, client_request_id: str) -> AsyncGenerator[Event]:
        """Yield Opened for each try, then deltas, Usage when known, and Finished; raise LLMError otherwise.

        Asks again by itself only while nothing visible was yielded. Closing the generator, or cancelling its
        task, closes the connection at once. `client_request_id` is sent as `<id>.<number of the try>`.
        """
        if not CLIENT_REQUEST_ID.fullmatch(client_request_id):
            raise ValueError("A client request id is 1 to 120 of A-Z a-z 0-9 . _ : -")
        loop = asyncio.get_running_loop()
        repeats = Repeats(self._limits, loop.time())
        body = request.body()
        while True:
            attempt = repeats.begin(client_request_id, body, loop.time(), system_moved=request.system_moved)
            answer = Answer(self._limits, prompt_bytes=_prompt_bytes(request), started=repeats.started)
            try:
                async with aclosing(self._try(attempt, answer)) as events:
                    async for event in events:
                        yield event
                return
            except SystemMisplaced:
                if request.system_moved or not request.system:
                    raise
                logger.warning("The model wants its system prompt elsewhere: change the dialect of its row.")
                request = replace(request, system_moved=True)
                body = request.body()
            except LLMError as error:
                wait = repeats.wait(error, loop.time())
                if wait is None:
                    for delta in answer.kept:
                        error.had_text = True
                        yield delta
                    raise
                await asyncio.sleep(wait)

    async def _try(self, attempt: Try, answer: Answer) -> AsyncGenerator[Event]:
        response: httpx.Response | None = None
        try:
            response = await self._send(attempt, answer)
            yield Opened(
                http_status=response.status_code,
                inference_id=safe_id(response.headers.get("x-inference-id")),
                client_request_id=attempt.client_request_id,
                attempt=attempt.number,
                system_moved=attempt.system_moved,
            )
            async with aclosing(answer.read(response)) as events:
                async for event in events:
                    yield event
        finally:
            answer.stop()
            if response is not None:
                with suppress(*WIRE_ERRORS):
                    await response.aclose()

    async def _send(self, attempt: Try, answer: Answer) -> httpx.Response:
        timeout = {"connect": attempt.connect_s, "pool": attempt.connect_s, "write": WRITE_S, "read": None}
        headers = self._headers.copy()
        headers["X-Client-Request-Id"] = attempt.client_request_id
        headers["Content-Length"] = str(len(attempt.body))
        request = httpx.Request(
            "POST", self._url, headers=headers, content=_pieces(attempt.body), extensions={"timeout": timeout}
        )
        try:
            return await answer.until_deadline(self._transport.handle_async_request(request))
        except Expired:
            raise NoAnswer("no headers") from None
        except WIRE_ERRORS as error:
            # The error of the transport may quote addresses and headers: its name is enough.
            raise error_before_answer(error) from None


class Repeats:
    """When to ask again: while nothing was shown, a bounded number of times, within a bounded time."""

    def __init__(self, limits: CallLimits, started: float) -> None:
        self.started = started
        self._limits = limits
        self._tries = 0
        self._made = 0
        self._unreachable = False

    def begin(self, client_request_id: str, body: bytes, now: float, *, system_moved: bool) -> Try:
        """Return the next try; those at a host that cannot be reached share one limit of connecting."""
        self._tries += 1
        connect_s = self._limits.connect_s
        if self._unreachable:
            connect_s = max(connect_s - (now - self.started), 0.1)
        return Try(self._tries, f"{client_request_id}.{self._tries}", body, connect_s, system_moved)

    def wait(self, error: LLMError, now: float) -> float | None:
        """Return the seconds to wait before asking again, or None to give up."""
        limits = self._limits
        if not error.retryable or self._made >= min(error.repeats, len(limits.retry_waits_s)):
            return None
        within = limits.retry_within_s
        if isinstance(error, ConnectionDropped):
            wait = 0.0
        elif error.retry_after is not None:
            wait = error.retry_after
            if wait > limits.retry_after_s:
                return None
            within = max(within, limits.retry_after_s)
        else:
            # Spread, so that many answers that failed together do not come back together.
            wait = limits.retry_waits_s[self._made] * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
        if isinstance(error, Unreachable):
            self._unreachable = True
            within = min(within, limits.connect_s)
        if now - self.started + wait > within:
            return None
        self._made += 1
        return wait


async def _pieces(body: bytes) -> AsyncGenerator[bytes]:
    """Yield a body bit by bit: pictures are megabytes, and one write of them would stop other answers."""
    for start in range(0, len(body), UPLOAD_BYTES):
        yield body[start : start + UPLOAD_BYTES]


def _chat_url(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url.rstrip("/") + "/chat/completions")
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("The base URL of the API must be a full http or https address.")
    if url.userinfo:
        raise ValueError("The base URL of the API must not hold a password: the key has its own setting.")
    return url


def _headers(api_key: str) -> httpx.Headers:
    headers = httpx.Headers(
        {
            "Accept": "text/event-stream, application/json",
            # A compressed stream can be a bomb, and is never worth it for words that come one by one.
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "chatsite",
        }
    )
    if api_key:
        if not re.fullmatch(r"[!-~]+", api_key):
            raise ValueError("The API key holds characters that cannot be sent.")
        headers["Authorization"] = f"Bearer {api_key}"
    return headers


def _prompt_bytes(request: ChatRequest) -> int | None:
    """Return the size of all that was said, or None when pictures make it no measure of tokens."""
    size = len(request.system.encode("utf-8", "replace"))
    for message in request.messages:
        content = message["content"]
        if not isinstance(content, str):
            return None
        size += len(content.encode("utf-8", "replace"))
    return size
