"""How much may be sent here. Django reads a request to its end before anything else looks at it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.template import loader

from conversations.middleware import policy

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Forms, and what stands around a file in one.
FORM_BYTES = 32 * 1024 * 1024
GONE = {"type": "http.disconnect"}


class BodyLimit:
    """Refuses what is too large in a sentence: at once when it is declared, else as soon as it has come.

    `large` are the ends of paths where more than a form may be sent, each with its number of bytes.
    """

    def __init__(self, application: Application, large: Mapping[str, int]) -> None:
        self.application = application
        self.large = large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        most = FORM_BYTES + max(
            (n for end, n in self.large.items() if scope["path"].endswith(end)), default=0
        )
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > 18 or int(declared) > most:
            await refuse(send, for_htmx=b"hx-request" in headers)
            return
        came = 0

        async def count() -> Message:
            nonlocal came
            if came > most:
                return GONE
            message = await receive()
            came += len(message.get("body", b""))
            return GONE if came > most else message

        await self.application(scope, count, send)
        if came > most:  # Django has taken it for a visitor who left, and said nothing
            await refuse(send, for_htmx=b"hx-request" in headers)


async def refuse(send: Send, *, for_htmx: bool) -> None:
    sentence = "That is larger than this site takes."
    page = loader.get_template("conversations/_notice.html" if for_htmx else "413.html")
    body = page.render({"sentence": sentence}).encode()
    headers = {
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(body)),
        "content-security-policy": policy(),
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
        # What is still to come is not read.
        "connection": "close",
    }
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 413, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
