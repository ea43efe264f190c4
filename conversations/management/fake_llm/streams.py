"""The streamed answers of the upstream double: numbered words, and the ways in which they can end.

Words are numbered, so that a lost, doubled or misplaced one shows.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .texts import MARKDOWN, UNICODE


class End(Enum):
    CLOSE = "close the connection without the last HTTP chunk"
    RESET = "break the connection"
    HANG = "say nothing more, and hold the connection"


Step = bytes | float | End  # bytes to send, seconds to wait, the end

DONE = b"data: [DONE]\n\n"
COMMENT = b": PROCESSING\n\n"
FIRST_STAMP_S = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the body, and what its model's name says."""

    body: dict[str, Any]
    count: int
    rate: int

    @property
    def pause_s(self) -> float:
        return 1 / self.rate if self.rate else 0.0


def word(number: int) -> str:
    """Return the numbered word that stands at `number`, from 1."""
    return f"w{number} "


def first_wrong_word(text: str, count: int) -> int | None:
    """Return the number of the first word that is missing, doubled or misplaced in `text`, or None."""
    found = text.split()
    for number in range(1, max(count, len(found)) + 1):
        if number > len(found) or found[number - 1] != f"w{number}" or number > count:
            return number
    return None


def _envelope(asked: Asked) -> tuple[bytes, bytes]:
    """Return what stands before and after the delta of every chunk, encoded once."""
    model = json.dumps(str(asked.body.get("model", ""))).encode()
    head = b'data: {"id":"gen-fake","object":"chat.completion.chunk","created":1790812345,"model":%b,' % model
    return head + b'"choices":[{"index":0,"delta":', b',"finish_reason":null}]}\n\n'


def _delta(asked: Asked, delta: dict[str, object], finish: str | None = None) -> bytes:
    head, tail = _envelope(asked)
    if finish is not None:
        tail = tail.replace(b"null", json.dumps(finish).encode())
    return head + json.dumps(delta, ensure_ascii=False).encode() + tail


def _words_only(asked: Asked) -> Iterator[Step]:
    head, tail = _envelope(asked)
    head, tail = head + b'{"content":"w', b' "}' + tail
    pause = asked.pause_s
    yield _delta(asked, {"role": "assistant", "content": None})
    for number in range(1, asked.count + 1):
        yield b"%b%d%b" % (head, number, tail)
        yield pause


def _end(asked: Asked, words: int, finish: str = "stop") -> Iterator[Step]:
    yield _delta(asked, {"content": ""}, finish)
    yield _usage(asked, words)
    yield DONE


def _usage(asked: Asked, words: int) -> bytes:
    prompt = sum(len(str(message.get("content"))) for message in asked.body.get("messages", ())) // 4 + 8
    completion = words * 2
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    spent = {"credits_used": prompt + completion, "usd_spent": (prompt + completion) / 2_000_000}
    return b"data: %b\n\n" % json.dumps({"choices": [], "usage": counts, "meta": {"usage": spent}}).encode()


def play_words(asked: Asked) -> Iterator[Step]:
    yield from _words_only(asked)
    yield from _end(asked, asked.count)


def _stamps(asked: Asked) -> Iterator[Step]:
    """Words that carry the moment of their sending, in 0.1 ms of the clock that the host has for all.

    They come in sentences and paragraphs as text does, and after the pause that a model makes.
    """
    head, tail = _envelope(asked)
    pause = asked.pause_s
    yield FIRST_STAMP_S
    for number in range(1, asked.count + 1):
        mark = rb".\n\n" if number % 60 == 0 else b". " if number % 12 == 0 else b" "
        moment = time.monotonic_ns() // 100_000
        yield b'%b{"content":"w%dt%d%b"}%b' % (head, number, moment, mark, tail)
        yield pause
    yield from _end(asked, asked.count)


def play_texts(asked: Asked, texts: list[str], finish: str = "stop") -> Iterator[Step]:
    for text in texts:
        yield _delta(asked, {"content": text})
        yield asked.pause_s
    yield from _end(asked, len(texts), finish)


def _markdown(asked: Asked) -> Iterator[Step]:
    yield from play_texts(asked, re.findall(r"\s*\S+|\s+", MARKDOWN))


def _essay(asked: Asked) -> Iterator[Step]:
    """More than 3,000 characters of Markdown."""
    yield from play_texts(asked, re.findall(r"\s*\S+|\s+", MARKDOWN * 3))


def _unicode(asked: Asked) -> Iterator[Step]:
    yield from play_texts(asked, re.findall(r".{1,3}", UNICODE, re.DOTALL))


def _echo(asked: Asked) -> Iterator[Step]:
    messages = asked.body.get("messages") or [{}]
    yield from play_texts(asked, re.findall(r"\s*\S+|\s+", str(messages[-1].get("content", ""))))


def _reasoning(asked: Asked) -> Iterator[Step]:
    for number in range(1, asked.count + 1):
        yield _delta(asked, {"content": None, "reasoning": word(number)})
        yield asked.pause_s
    yield from play_words(asked)


def _until(*last: Step, words: bool = True) -> Callable[[Asked], Iterator[Step]]:
    """Return a script of words that comes to a wrong end."""

    def play(asked: Asked) -> Iterator[Step]:
        if words:
            yield from _words_only(asked)
        yield from last

    return play


def _finish(reason: str) -> Callable[[Asked], Iterator[Step]]:
    def play(asked: Asked) -> Iterator[Step]:
        yield from _words_only(asked)
        yield from _end(asked, asked.count, reason)

    return play


def _no_done(asked: Asked) -> Iterator[Step]:
    yield from _words_only(asked)
    yield _delta(asked, {"content": ""}, "stop")


def _done_open(asked: Asked) -> Iterator[Step]:
    yield from play_words(asked)
    yield End.HANG


def _half_line(asked: Asked) -> Iterator[Step]:
    yield from _words_only(asked)
    yield _delta(asked, {"content": "never whole"})[:-20]
    yield End.CLOSE


def _junk(asked: Asked) -> Iterator[Step]:
    for number, step in enumerate(play_words(asked)):
        yield step
        if number == 4:
            yield b"data: {broken\n\ndata: [1]\n\ndata: " + b"[" * 5000 + b"\n\n"


def _drip(asked: Asked) -> Iterator[Step]:
    """Byte by byte, at `rate` bytes a second."""
    for step in play_words(asked):
        if isinstance(step, bytes):
            for at in range(len(step)):
                yield step[at : at + 1]
                yield asked.pause_s


def _for_ever(piece: bytes) -> Callable[[Asked], Iterator[Step]]:
    def play(asked: Asked) -> Iterator[Step]:
        while True:
            yield piece
            yield asked.pause_s

    return play


def _endless(asked: Asked) -> Iterator[Step]:
    piece = _delta(asked, {"content": "all work and no play " * 4})
    yield from _for_ever(piece)(asked)


def _empty_deltas(asked: Asked) -> Iterator[Step]:
    yield from _for_ever(_delta(asked, {"content": ""}))(asked)


def _refused(asked: Asked) -> Iterator[Step]:
    yield _delta(asked, {"content": "", "refusal": "This request was declined."})
    yield from _end(asked, 0, "content_filter")


def _nothing(asked: Asked) -> Iterator[Step]:
    yield from _end(asked, 0)


ERROR_EVENT = b'data: {"error":{"code":502,"message":"Provider <b>disconnected</b> unexpectedly"}}\n\n'

# Answers that stream within an ordinary 200.
STREAMS: dict[str, Callable[[Asked], Iterator[Step]]] = {
    "words": play_words,
    "stamps": _stamps,
    "markdown": _markdown,
    "essay": _essay,
    "unicode": _unicode,
    "echo": _echo,
    "reasoning": _reasoning,
    "length": _finish("length"),
    "filter": _finish("content_filter"),
    "refusal": _refused,
    "nothing": _nothing,
    "no-done": _no_done,
    "done-open": _done_open,
    "done-only": _until(DONE),
    "cut": _until(),
    "close": _until(End.CLOSE),
    "half-line": _half_line,
    "reset": _until(End.RESET),
    "stall": _until(End.HANG),
    "error-event": _until(ERROR_EVENT, DONE),
    "error-first": _until(ERROR_EVENT, DONE, words=False),
    "junk": _junk,
    "drip": _drip,
    "headers": _until(End.HANG, words=False),
    "comments": _for_ever(COMMENT),
    "empty-deltas": _empty_deltas,
    "endless": _endless,
    "endless-line": _for_ever(b"data: " + b"x" * 8192),
}
