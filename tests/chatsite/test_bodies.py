import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from chatsite.bodies import BodyLimit

FIVE_GB = 5_000_000_000


class Line:
    """Both ends of one request."""

    def __init__(self, *pieces: bytes, **headers: str) -> None:
        self.pieces = list(pieces)
        self.read = 0
        self.sent: list[dict[str, Any]] = []
        named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.scope = {"type": "http", "path": "/files/", "headers": named}

    async def receive(self) -> dict[str, Any]:
        if not self.pieces:
            await asyncio.sleep(3_600)
        self.read += 1
        piece = self.pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces)}

    async def send(self, message: Mapping[str, Any]) -> None:
        self.sent.append(dict(message))

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def page(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent[1:]).decode()


async def echo(_scope: Any, receive: Any, send: Any) -> None:
    """As Django does: the whole body is read before anything is said."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"taken"})


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    monkeypatch.setattr("chatsite.bodies.LISTEN_S", 0.01)


async def passed(line: Line) -> Line:
    await BodyLimit(echo)(line.scope, line.receive, line.send)
    return line


async def test_what_fits_goes_through(settings):
    settings.BODY_BYTES = 10

    assert (await passed(Line(b"12345", b"67890", content_length="10"))).page == "taken"
    assert (await passed(Line(b"", content_length="nonsense"))).page == "taken"


async def test_five_gigabytes_are_refused_in_words_before_a_byte_is_read():
    line = Line(content_length=str(FIVE_GB))

    await passed(line)

    assert line.status == 413
    assert line.read == 0
    assert "That is too much at once" in line.page
    assert "at most 105 MB can be sent" in line.page
    assert line.sent[0]["headers"][-1] == (b"connection", b"close")


async def test_htmx_gets_a_sentence():
    line = await passed(Line(content_length="9" * 400, hx_request="true"))

    assert line.status == 413
    assert "<html" not in line.page
    assert "data-notice" in line.page


async def test_what_was_not_announced_is_counted(settings):
    settings.BODY_BYTES = 10

    line = await passed(Line(b"12345", b"67890", b"1", transfer_encoding="chunked"))

    assert line.status == 413


async def test_the_lifespan_is_none_of_its_business():
    heard = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        heard.append(scope["type"])

    await BodyLimit(application)({"type": "lifespan"}, None, None)

    assert heard == ["lifespan"]
