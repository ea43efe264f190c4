"""The streamed answers of the upstream double: what it says, how fast, and the ways in which it can end."""

import re
import time
from collections.abc import Iterator

from .errors import ERROR_EVENT
from .hostile import HOSTILE
from .script import Asked, End, Step, Stream
from .texts import MARKDOWN, REFUSAL, UNICODE
from .wire import DONE, delta, end, envelope, play_texts, play_words, word, words_only

COMMENT = b": PROCESSING\n\n"
FIRST_STAMP_S = 0.5


def _stamps(asked: Asked) -> Iterator[Step]:
    """Words that carry the moment of their sending, in 0.1 ms of the clock that the host has for all.

    They come in sentences and paragraphs as text does, and after the pause that a model makes.
    """
    head, tail = envelope(asked)
    pause = asked.pause_s
    yield FIRST_STAMP_S
    for number in range(1, asked.count + 1):
        mark = rb".\n\n" if number % 60 == 0 else b". " if number % 12 == 0 else b" "
        moment = time.monotonic_ns() // 100_000
        yield b'%b{"content":"w%dt%d%b"}%b' % (head, number, moment, mark, tail)
        yield pause
    yield from end(asked, asked.count)


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
        yield delta(asked, {"content": None, "reasoning": word(number)})
        yield asked.pause_s
    yield from play_words(asked)


def _until(*last: Step, words: bool = True) -> Stream:
    """Return a script of words that comes to a wrong end."""

    def play(asked: Asked) -> Iterator[Step]:
        if words:
            yield from words_only(asked)
        yield from last

    return play


def _finish(reason: str) -> Stream:
    def play(asked: Asked) -> Iterator[Step]:
        yield from words_only(asked)
        yield from end(asked, asked.count, reason)

    return play


def _no_done(asked: Asked) -> Iterator[Step]:
    yield from words_only(asked)
    yield delta(asked, {"content": ""}, "stop")


def _done_open(asked: Asked) -> Iterator[Step]:
    yield from play_words(asked)
    yield End.HANG


def _half_line(asked: Asked) -> Iterator[Step]:
    yield from words_only(asked)
    yield delta(asked, {"content": "never whole"})[:-20]
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


def _for_ever(piece: bytes) -> Stream:
    def play(asked: Asked) -> Iterator[Step]:
        while True:
            yield piece
            yield asked.pause_s

    return play


def _endless(asked: Asked) -> Iterator[Step]:
    piece = delta(asked, {"content": "all work and no play " * 4})
    yield from _for_ever(piece)(asked)


def _empty_deltas(asked: Asked) -> Iterator[Step]:
    yield from _for_ever(delta(asked, {"content": ""}))(asked)


def _refused(asked: Asked) -> Iterator[Step]:
    yield delta(asked, {"content": "", "refusal": REFUSAL})
    yield from end(asked, 0, "content_filter")


def _nothing(asked: Asked) -> Iterator[Step]:
    yield from end(asked, 0)


# Answers that stream within an ordinary 200.
STREAMS: dict[str, Stream] = {
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
    **HOSTILE,
}
