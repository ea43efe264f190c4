"""Answers of the upstream double that are wrong below their words: in HTTP, or in what they claim to be."""

import json
import zlib
from collections.abc import Iterator
from functools import cache

from .errors import TOLD
from .script import Asked, End, Script, Step, Write
from .wire import delta, numbered, play_words, words_only

HTML = {"content-type": "text/html"}
JSON = {"content-type": "application/json"}
STREAM = {"content-type": "text/event-stream"}
BOMB_BLOCKS, BOMB_BLOCK_BYTES = 512, 1024 * 1024
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def _raw(*steps: Step) -> Write:
    return lambda asked: Script(iter(steps), chunked=False, raw=True)


def _head_for_ever(start: bytes, piece: bytes) -> Write:
    return lambda asked: Script(_for_ever(start, piece), chunked=False, raw=True)


def _for_ever(start: bytes, piece: bytes) -> Iterator[Step]:
    yield start
    while True:
        yield piece
        yield 0.0


def _short(asked: Asked) -> Script:
    """A Content-Length that promises more than comes."""
    steps = iter([*words_only(asked), End.CLOSE])
    return Script(steps, headers={**STREAM, "content-length": "1000000"}, chunked=False)


def completion(asked: Asked, text: str) -> bytes:
    choice = {"index": 0, "finish_reason": "end_turn", "message": {"role": "assistant", "content": text}}
    model = asked.body.get("model")
    body = {"id": "msg_fake", "model": model, "object": "chat.completion", "choices": [choice]}
    return json.dumps(body).encode()


def _json_as(headers: dict[str, str]) -> Write:
    return lambda asked: Script(iter([completion(asked, numbered(asked.count))]), headers=headers)


def _instead(body: bytes, headers: dict[str, str]) -> Write:
    """Return an answer that is something else than words."""
    return lambda asked: Script(iter([body] if body else []), headers=headers)


def _mislabelled(asked: Asked) -> Script:
    return Script(play_words(asked), headers={"content-type": "text/plain"})


def _gzip_bomb(asked: Asked) -> Script:
    """512 MiB of words once they are unpacked, whether one accepts gzip or not."""
    block = _bomb_block(delta(asked, {"content": "boom "}))
    steps = iter([GZIP_HEAD, *[block] * BOMB_BLOCKS])
    return Script(steps, headers={**STREAM, "content-encoding": "gzip"})


@cache
def _bomb_block(piece: bytes) -> bytes:
    """Return one MiB of `piece`s, packed so that it can follow itself."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(piece * (BOMB_BLOCK_BYTES // len(piece))) + packer.flush(zlib.Z_FULL_FLUSH)


PAGE = f"<!DOCTYPE html><h1>Not a model</h1><p>{TOLD}".encode()
IN_JSON = json.dumps({"error": {"code": 502, "message": f"<b>failed</b> {TOLD}"}}).encode()

# With `x2`, as in drop-x2, only the first two, then words.
FRAMING: dict[str, Write] = {
    "hang": _raw(End.HANG),
    "refuse": _raw(End.RESET),
    "drop": _raw(End.CLOSE),
    "garbage": _raw(b"\x00\xff\x13 not HTTP at all\r\n\r\n", End.CLOSE),
    "half-head": _raw(b"HTTP/1.1 200 OK\r\ncontent-type: text/ev", End.CLOSE),
    "endless-headers": _head_for_ever(b"HTTP/1.1 200 OK\r\n", b"x-more: and more\r\n" * 100),
    "endless-header": _head_for_ever(b"HTTP/1.1 200 OK\r\nx-more: ", b"and more " * 100),
    "short": _short,
    "gzip-bomb": _gzip_bomb,
    "json": _json_as(JSON),
    "json-as-stream": _json_as(STREAM),
    "json-error": _instead(IN_JSON, JSON),
    "json-deep": _instead(b'{"choices":[' * 5_000, JSON),
    "html": _instead(PAGE, HTML),
    "html-as-stream": _instead(PAGE, STREAM),
    "empty": _instead(b"", STREAM),
    "mislabelled": _mislabelled,
}
