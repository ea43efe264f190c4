"""No request brings more than it may: it is answered in words before its body is read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.template import loader

from conversations.middleware import policy

Scope = MutableMapping[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

# Who is still sending would not hear an answer on a line that is cut at once.
LISTEN_S = 2.0


class TooLarge(Exception):
    """More came than was announced, or than may come."""


class BodyLimit:
    """An ASGI application that lets only bodies of at most `BODY_BYTES` through to `application`."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        if announced(scope) > settings.BODY_BYTES:
            await refuse(scope, receive, send)
            return
        try:
            await self.application(scope, counted(receive, settings.BODY_BYTES), send)
        except TooLarge:  # Django reads the whole body before it answers
            await refuse(scope, receive, send)


def announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


def counted(receive: Receive, most: int) -> Receive:
    """Return `receive`, which raises TooLarge once more than `most` bytes came."""
    left = most

    async def count() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge
        return message

    return count


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    page = await asyncio.to_thread(page_for, scope)
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(page)),
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Connection": "close",
    }
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 413, "headers": raw})
    await send({"type": "http.response.body", "body": page, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(LISTEN_S):
            while (await receive()).get("more_body"):
                pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def page_for(scope: Scope) -> bytes:
    """Return a page of the site, or for htmx a sentence alone, since its page keeps what was typed."""
    by_htmx = any(name == b"hx-request" for name, _ in scope["headers"])
    most = f"{settings.BODY_BYTES // 1_000_000} MB"
    sentence = f"That is too much at once: at most {most} can be sent. Nothing of it was kept."
    template = "conversations/_notice.html" if by_htmx else "413.html"
    context = {"sentence": sentence, "site_name": settings.SITE_NAME, "accent": settings.ACCENT}
    return loader.get_template(template).render(context).encode()
