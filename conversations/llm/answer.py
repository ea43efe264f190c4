"""Read one HTTP answer within the limits: what it is, its words, its end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing
from typing import TypeVar

import httpx

from .errors import BadAnswer, BrokenOff, LLMError, NoAnswer, Silent, TooMuch, UpstreamTimeout
from .failures import error_from_answer, parse_object
from .reader import AnswerReader, Delta
from .sse import BYTE_ORDER_MARK, EventSplitter
from .transport import WIRE_ERRORS
from .types import CallLimits, Event
from .watchdog import Expired, Watchdog

Value = TypeVar("Value")

DRAIN_S = 0.1  # time to see the end after [DONE], so that the connection can be used again
DRAIN_PIECES = 16
BYTES_PER_CHAR = 6  # a character escaped in JSON: \u1234
SNIFF_BYTES = 4096


class Answer:
    """One answer; `kept` is what it said before a failure of which nobody has been shown anything yet."""

    def __init__(self, limits: CallLimits, *, prompt_bytes: int | None, started: float) -> None:
        self.kept: list[Delta] = []
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._watchdog = Watchdog()
        self._reader = AnswerReader(answer_chars=limits.answer_chars, prompt_bytes=prompt_bytes)
        self._answer_end = started + limits.answer_s
        # The one deadline of the next read. Bytes do not move it: only words and the finish do.
        self._deadline = min(started + limits.first_text_s, self._answer_end)
        self._finishing = False

    async def read(self, response: httpx.Response) -> AsyncGenerator[Event]:
        """Yield the events of `response` up to Finished; raise LLMError for every other end."""
        pieces = _pieces(response)
        status = response.status_code
        if not 200 <= status < 300:
            raise await self._refusal(response, pieces)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise BadAnswer("compressed", http_status=status)
        start = await self._start(pieces)
        looks = start.removeprefix(BYTE_ORDER_MARK).lstrip()[:1]
        if looks == b"<":
            raise BadAnswer("markup", http_status=status)
        is_json = looks in {b"{", b"["}
        answer = self._whole(start, response, pieces) if is_json else self._stream(start, pieces)
        async with aclosing(answer) as events:
            async for event in events:
                yield event
        failure = self._reader.failure
        if isinstance(failure, NoAnswer) and "event-stream" not in response.headers.get("content-type", ""):
            failure = BadAnswer("no event stream")
        if failure is not None:
            failure.http_status = failure.http_status or status
            raise failure

    async def until_deadline(self, waiting: Awaitable[Value]) -> Value:
        """Return what `waiting` gives; raise Expired when no word has come in time."""
        return await self._watchdog.guard(waiting, self._deadline)

    def stop(self) -> None:
        """Drop the timer."""
        self._watchdog.stop()

    async def _stream(self, start: bytes, pieces: AsyncIterator[bytes]) -> AsyncGenerator[Event]:
        reader, splitter = self._reader, EventSplitter(self._limits.line_bytes)
        piece: bytes | None = start
        while piece is not None:
            deltas = reader.read(splitter.feed(piece))
            for delta in deltas:
                yield delta
            if splitter.overflowed and reader.failure is None:
                reader.failure = TooMuch("line", had_text=reader.visible)
            if reader.done or reader.failure is not None:
                break
            self._move_deadline(moved=bool(deltas))
            piece = await self._next(pieces)
        if reader.done:
            await self._drain(pieces)
        for event in reader.end():
            yield event

    async def _whole(
        self, start: bytes, response: httpx.Response, pieces: AsyncIterator[bytes]
    ) -> AsyncGenerator[Event]:
        reader, limits = self._reader, self._limits
        body = bytearray(start)
        most = limits.line_bytes + limits.answer_chars * BYTES_PER_CHAR
        while len(body) <= most and (piece := await self._next(pieces)) is not None:
            body += piece
        if len(body) > most:
            reader.failure = TooMuch("body")
            return
        payload = parse_object(bytes(body))
        if payload is None:
            reader.failure = reader.failure or BadAnswer("not a JSON object")
            return
        # A whole object is an answer, however its connection ended.
        reader.failure = None
        reader.usage.read_price(response.headers.get("x-aimlapi-usd-spent"))
        deltas = reader.read_whole(payload)
        if reader.failure is not None and reader.failure.retryable:
            self.kept = deltas
            return
        for delta in deltas:
            yield delta
        for event in reader.end():
            yield event

    def _move_deadline(self, *, moved: bool) -> None:
        if self._finishing:
            return
        if self._reader.finish_reason:
            self._finishing = True
            self._deadline = self._loop.time() + self._limits.finish_linger_s
        elif moved:
            self._deadline = min(self._loop.time() + self._limits.silence_s, self._answer_end)

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        """Return the next piece, or None at the end, at a limit of time, and where the connection broke."""
        try:
            return await self.until_deadline(anext(pieces, None))
        except Expired:
            self._reader.failure = self._expired()
        except WIRE_ERRORS as error:
            # The error of the transport may quote what was sent: its name is enough.
            if not self._reader.finish_reason:
                self._reader.failure = BrokenOff(type(error).__name__, had_text=self._reader.visible)
        return None

    def _expired(self) -> LLMError | None:
        if self._reader.finish_reason:
            return None
        if not self._reader.visible:
            return NoAnswer("first text")
        if self._loop.time() >= self._answer_end:
            return UpstreamTimeout("whole answer", had_text=True)
        return Silent(had_text=True)

    async def _start(self, pieces: AsyncIterator[bytes]) -> bytes:
        """Return the first bytes, enough of them to tell an event stream from JSON and HTML."""
        start = b""
        while len(start) < SNIFF_BYTES and BYTE_ORDER_MARK.startswith(start.strip()):
            piece = await self._next(pieces)
            if piece is None:
                break
            start += piece
        return start

    async def _refusal(self, response: httpx.Response, pieces: AsyncIterator[bytes]) -> LLMError:
        """Return what an error status means, reading only as much of its body as the limits allow."""
        limits = self._limits
        deadline = min(self._deadline, self._loop.time() + limits.error_body_s)
        body, hangs = bytearray(), False
        try:
            while len(body) < limits.error_body_bytes:
                piece = await self._watchdog.guard(anext(pieces, None), deadline)
                if piece is None:
                    break
                body += piece
        except Expired:
            hangs = True
        except WIRE_ERRORS:
            pass  # the status tells the most
        del body[limits.error_body_bytes :]
        error = error_from_answer(response.status_code, response.headers, bytes(body))
        # A server that does not get to the end of an error would keep the person waiting each time.
        error.retryable = error.retryable and not hangs
        return error

    async def _drain(self, pieces: AsyncIterator[bytes]) -> None:
        """Read to the end of the connection's answer if that comes at once; what it says is not ours."""
        deadline = self._loop.time() + DRAIN_S
        try:
            for _ in range(DRAIN_PIECES):
                if await self._watchdog.guard(anext(pieces, None), deadline) is None:
                    return
        except (Expired, *WIRE_ERRORS):
            return


def _pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    stream = response.stream
    if not isinstance(stream, httpx.AsyncByteStream):
        raise TypeError("The transport answered with a stream that cannot be awaited.")
    return aiter(stream)
