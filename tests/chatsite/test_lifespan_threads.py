"""Which thread works for a request."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from chatsite.lifespan import Lifespan


class Site:
    """An application of which a request to /slow takes until `go` is set."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.served_by: list[str] = []
        self._lifespan = Lifespan(self._serve)

    async def ask(self, path: str, method: str = "GET") -> None:
        await self._lifespan({"type": "http", "method": method, "path": path}, None, None)

    async def _serve(self, scope, receive, send) -> None:
        self.served_by.append(await sync_to_async(self._work)(scope["path"]))

    def _work(self, path: str) -> str:
        if path == "/slow":
            assert self.go.wait(20)
        return threading.current_thread().name


@pytest.mark.parametrize(
    ("method", "path", "thread"),
    [
        ("GET", "/healthz", "machines"),
        ("POST", "/transfer/", "imports"),
        ("POST", "/imports/5a1c/step/", "imports"),
        ("GET", "/transfer/", "request"),
        ("POST", "/", "request"),
    ],
)
async def test_no_page_waits_behind_an_import_and_no_check_behind_a_page(method, path, thread):
    site = Site()

    await site.ask(path, method)

    assert site.served_by[0].startswith(thread)


async def test_no_page_waits_behind_a_slow_one_while_another_thread_has_nothing_to_do():
    site = Site()
    slow = [asyncio.create_task(site.ask("/slow")) for _ in range(settings.REQUEST_THREADS - 1)]
    await asyncio.sleep(0)

    async with asyncio.timeout(10):
        for _ in range(2 * settings.REQUEST_THREADS):
            await site.ask("/page")

    assert len(site.served_by) == 2 * settings.REQUEST_THREADS
    site.go.set()
    await asyncio.gather(*slow)
    await site.ask("/page")
    assert len({*site.served_by}) == settings.REQUEST_THREADS
