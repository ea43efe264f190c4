"""How much may be sent here. Django reads a request to its end before anything else looks at it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from django.http import HttpRequest, parse_cookie
from django.template import loader
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.middleware import policy

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Forms, and what stands around a file in one.
FORM_BYTES = 32 * 1024 * 1024
LISTEN_S = 2.0
GONE = {"type": "http.disconnect"}


class BodyLimit:
    """Refuses what is too large in a sentence: at once when it is declared, else as soon as it has come.

    `large` are the ends of paths where more than a form may be sent, each with its number of bytes.
    """

    def __init__(
        self, application: Application, large: Mapping[str, int], *, forms: int = FORM_BYTES
    ) -> None:
        self.application = application
        self.large = large
        self.forms = forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        files = (n + FORM_BYTES for end, n in self.large.items() if scope["path"].endswith(end))
        most = next(files, self.forms)
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > 18 or int(declared) > most:
            await refuse(send, most, for_htmx=b"hx-request" in headers, language=asked_language(headers))
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
            await hear_out(receive)
            await refuse(send, most, for_htmx=b"hx-request" in headers, language=asked_language(headers))


def asked_language(headers: Mapping[bytes, bytes]) -> str:
    """Return the language of who sends: nothing has asked who that is yet, but the browser tells."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = headers.get(b"accept-language", b"").decode("latin-1")
    request.COOKIES = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    return translation.get_language_from_request(request)


async def hear_out(receive: Receive) -> None:
    """Let pass what is still being sent: who sends does not hear an answer on a line that is cut at once."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LISTEN_S):
            while (await receive()).get("more_body"):
                pass


async def refuse(send: Send, most: int, *, for_htmx: bool, language: str) -> None:
    with translation.override(language):
        sentence = _("That is larger than this site takes: at most %(most)d MB can be sent at once.")
        page = loader.get_template("conversations/_notice.html" if for_htmx else "413.html")
        body = page.render({"sentence": sentence % {"most": most // 1_000_000}}).encode()
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
