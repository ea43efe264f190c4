"""The least that a chat server can do: read the upstream's events, parse each, pass its words on as events.

No accounts, no storage, no rendering. `python -m benchmarks.relay 8510 aiohttp http://127.0.0.1:8300/v1`
"""

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import httpx
import uvicorn
from httpx_aiohttp import AiohttpTransport

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
CONNECTIONS = 1000


class Relay:
    """An ASGI application: GET /?model=… plays what the upstream says."""

    def __init__(self, transport: str, upstream: str) -> None:
        self._url = f"{upstream}/chat/completions"
        self._client = open_client(transport)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        model = parse_qs(scope["query_string"].decode()).get("model")
        if model:
            async for words in self._words(model[0]):
                event = b"data: %b\n\n" % json.dumps({"text": words}).encode()
                await send({"type": "http.response.body", "body": event, "more_body": True})
        end = b"event: end\ndata: {}\n\n" if model else b""
        await send({"type": "http.response.body", "body": end, "more_body": False})

    async def _words(self, model: str) -> AsyncIterator[str]:
        body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "Speak."}]}
        async with self._client.stream("POST", self._url, json=body) as response:
            rest = b""
            async for piece in response.aiter_bytes():
                *events, rest = (rest + piece).split(b"\n\n")
                for event in events:
                    if words := words_of(event):
                        yield words


def words_of(event: bytes) -> str:
    data = event.removeprefix(b"data: ")
    if data == b"[DONE]":
        return ""
    choices = json.loads(data)["choices"]
    return choices[0]["delta"].get("content") or "" if choices else ""


def open_client(transport: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    if transport == "aiohttp":
        return httpx.AsyncClient(transport=AiohttpTransport(limits=limits), timeout=None)  # noqa: S113
    return httpx.AsyncClient(limits=limits, timeout=None)  # noqa: S113 - the benchmark has an end of its own


def main() -> None:
    port, transport, upstream = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    # As the site is served: see configuration() of `manage.py serve`.
    uvicorn.run(
        Relay(transport, upstream),
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
