"""Opens what lives as long as the process (client, bus, feed, mirrors, runner), and drains it at its end."""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings

from conversations.bus.postgres import PostgresCarrier
from conversations.streaming import lag, shutdown
from conversations.streaming.claims import Capacity
from conversations.streaming.feed import Feed
from conversations.streaming.mirror import mirrors
from conversations.streaming.runner import Runner
from conversations.streaming.views_kept import keep_views
from conversations.wiring import build_client

from .housekeeping import keep_house
from .threads import Threads

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)

# Ends of the paths where a file is unpacked, or gone through.
LONG_WORK = ("/transfer/", "/step/")


def spare_the_collector() -> None:
    """Leave what stays to itself: looking through all of Django again and again took a tenth of an answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


class Lifespan:
    """An ASGI application that wraps Django's, which refuses the lifespan scope."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._for_machines = Threads("machines", 1)
        self._for_imports = Threads("imports", 1)
        self._for_files = Threads("files", settings.FILE_THREADS)
        self._threads = Threads("request", settings.REQUEST_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            # Left to itself, Django starts and ends a thread for every request. A hundred of them, with one
            # interpreter and one writer of SQLite, find the database locked for longer than they may wait.
            async with ThreadSensitiveContext(executor=self._threads_for(scope).one()):
                await self.application(scope, receive, send)

    def _threads_for(self, scope: Scope) -> Threads:
        path = scope.get("path", "")
        if path == "/healthz":  # it does not wait behind a page that waits for the database
            return self._for_machines
        if scope.get("method") == "POST" and path.endswith(LONG_WORK):  # no page waits behind that
            return self._for_imports
        # Nobody waits behind an image or a PDF that is being read.
        return self._for_files if brings_files(scope) else self._threads

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as open_things:
            try:
                runner = await open_all(open_things)
            except Exception as error:
                log.exception("The site could not start.")
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                return
            shutdown.listen(hurry=runner.interrupt)
            spare_the_collector()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await runner.drain(settings.GRACE_S)
        await send({"type": "lifespan.shutdown.complete"})


def brings_files(scope: Scope) -> bool:
    headers = scope.get("headers", ())
    return any(name == b"content-type" and value.startswith(b"multipart/") for name, value in headers)


async def open_all(open_things: AsyncExitStack) -> Runner:
    """Open what lives as long as the process, and let `open_things` close it in the opposite order."""
    client = build_client()
    open_things.push_async_callback(client.aclose)
    if not settings.SQLITE:
        carrier = PostgresCarrier()
        await carrier.open()
        open_things.push_async_callback(carrier.close)
    for work in (Feed().run, mirrors.run, lag.watch, keep_house, keep_views):
        open_things.push_async_callback(end, asyncio.create_task(keep(work)))
    runner = Runner(
        client,
        capacity=Capacity(settings.ANSWERS_PER_PERSON, settings.ANSWERS_AT_ONCE),
        titles=settings.LLM_TITLES,
        alone=settings.SQLITE,
    )
    await runner.start()
    return runner


async def keep(work: Callable[[], Awaitable[None]]) -> None:
    """Do `work`, which has no end; a bug in it is logged, and it begins again."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("A bug of ours in %s; it begins again in a second.", work.__qualname__)
        await asyncio.sleep(1)


async def end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
