"""What is too large is refused before it is read."""

from typing import Any

import pytest

from chatsite.bodies import FORM_BYTES, BodyLimit

IMPORT_BYTES = 500_000_000


class Visitor:
    """Sends a body in `pieces`, and counts how much of it was asked for."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.asked = 0
        self.answer: list[Any] = []

    async def receive(self) -> dict[str, Any]:
        self.asked += 1
        return {"type": "http.request", "body": self.pieces.pop(0), "more_body": bool(self.pieces)}

    async def send(self, message: Any) -> None:
        self.answer.append(message)

    @property
    def status(self) -> int:
        return self.answer[0]["status"]

    @property
    def page(self) -> str:
        return b"".join(message.get("body", b"") for message in self.answer).decode()


async def django(scope: Any, receive: Any, send: Any) -> None:
    """As Django does it: read to the end, and say nothing to who has left."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def visit(visitor: Visitor, path: str = "/", **headers: str) -> Visitor:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "headers": named}
    await BodyLimit(django, {"/transfer/": IMPORT_BYTES})(scope, visitor.receive, visitor.send)
    return visitor


@pytest.mark.parametrize("length", ["5000000000", "9" * 400, "-1", "x"])
@pytest.mark.parametrize("path", ["/", "/transfer/", "/accounts/login/"])
async def test_what_is_declared_too_large_is_refused_unread(path, length):
    visitor = await visit(Visitor(b"x"), path, content_length=length)

    assert visitor.status == 413
    assert visitor.asked == 0
    assert "That is larger than this site takes" in visitor.page
    assert "<html" in visitor.page


async def test_htmx_gets_the_sentence_alone():
    visitor = await visit(Visitor(b"x"), content_length="5000000000", hx_request="true")

    assert "<html" not in visitor.page
    assert "larger than" in visitor.page


async def test_what_is_not_declared_is_counted():
    visitor = await visit(Visitor(*[b"x" * FORM_BYTES] * 100))

    assert visitor.status == 413
    assert visitor.asked == 100  # heard out, and not kept


@pytest.mark.parametrize(("path", "status"), [("/transfer/", 200), ("/", 413)])
async def test_only_where_files_are_sent_much_may_come(path, status):
    visitor = await visit(Visitor(b"x"), path, content_length=str(FORM_BYTES + 1000))

    assert visitor.status == status


async def test_what_is_no_request_passes():
    seen = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    await BodyLimit(application, {})({"type": "lifespan"}, None, None)
    assert seen == ["lifespan"]
