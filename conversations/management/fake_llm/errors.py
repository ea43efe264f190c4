"""Answers of the upstream double that are an error: a status, a body and headers, each wrong in its own way.

Every body holds what nobody may ever read: the words of a key and an inner address.
"""

import json
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate

from .script import Asked, End, Script, Step, Write

TOLD = "The key sk-not-for-you was refused by 10.0.0.7"
ERROR_EVENT = (
    b"data: %b\n\n"
    % json.dumps(
        {"error": {"code": 502, "message": f"Provider <b>disconnected</b>: {TOLD} {'and so on ' * 100}"}}
    ).encode()
)
HUGE_BYTES = 64 * 1024 * 1024
PIECE = 64 * 1024
JSON = {"content-type": "application/json"}


def _error(asked: Asked) -> Script:
    """`error-503`: that status, with the body that a careful server sends."""
    status = asked.number or 500
    headers = {"content-type": "application/problem+json", "x-request-id": "req-fake"}
    if status == 429:
        headers["retry-after"] = "1"
    told = {"title": "Error", "status": status, "message": TOLD, "requestId": "req-fake"}
    return Script(iter([json.dumps(told).encode()]), status=status, headers=headers)


def _too_long(asked: Asked) -> Script:
    told = {"error": {"code": "context_length_exceeded", "message": f"Too many tokens. {TOLD}"}}
    return Script(iter([json.dumps(told).encode()]), status=400, headers=JSON)


def _busy(asked: Asked) -> Script:
    """`busy-5`: a 429 that asks for five seconds."""
    return _busy_until(str(asked.number or 1))


def _busy_until(moment: str) -> Script:
    body = json.dumps({"error": {"type": "rate_limit_error", "message": TOLD}}).encode()
    return Script(iter([body]), status=429, headers={**JSON, "retry-after": moment})


def _asks_for(moment: Callable[[], str]) -> Write:
    return lambda asked: _busy_until(moment())


def _with_body(*body: Step, kind: str) -> Write:
    """Return `error-html-502`: a status and these bytes."""
    return lambda asked: Script(iter(body), status=asked.number or 500, headers={"content-type": kind})


def _huge(asked: Asked) -> Script:
    return Script(_pieces(), status=asked.number or 500, headers=JSON)


def _pieces() -> Iterator[Step]:
    yield b'{"error":{"message":"' + TOLD.encode()
    for _ in range(HUGE_BYTES // PIECE):
        yield b"x" * PIECE
    yield b'"}}'


def _redirect(location: str, status: int) -> Write:
    headers = {"location": location, "content-length": "0"}
    return lambda asked: Script(iter(()), status=status, headers=headers, chunked=False)


# With `x2`, as in error-503x2, only the first two answers are an error, then come words.
ERRORS: dict[str, Write] = {
    "error": _error,
    "error-html": _with_body(f"<!DOCTYPE html><h1>{TOLD}</h1>".encode(), kind="text/html"),
    "error-empty": _with_body(kind="application/json"),
    "error-hang": _with_body(b'{"error":{"message":"', End.HANG, kind="application/json"),
    "error-huge": _huge,
    "too-long": _too_long,
    "busy": _busy,
    "busy-date": _asks_for(lambda: formatdate(time.time() + 2, usegmt=True)),
    "busy-past": _asks_for(lambda: formatdate(time.time() - 9999, usegmt=True)),
    "busy-negative": _asks_for(lambda: "-5"),
    "busy-absurd": _asks_for(lambda: "9" * 40),
    "busy-words": _asks_for(lambda: "soon"),
    "redirect": _redirect("http://169.254.169.254/latest/", 302),
    "redirect-loop": _redirect("/v1/chat/completions", 307),
}
