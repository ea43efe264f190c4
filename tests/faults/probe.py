"""Asks for a page all the time, each time on a new line, and keeps how each went."""

import asyncio
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import httpx

from .page import Page

EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Tried:
    at: float  # time.monotonic() when it was begun
    took_s: float
    status: int  # 0: there was no answer
    said: str

    @property
    def came_at(self) -> float:
        return self.at + self.took_s


class Probe:
    """`with Probe(page, "/") as probe:` asks for "/" until the end of the block."""

    def __init__(self, page: Page, address: str) -> None:
        self.tried: list[Tried] = []
        self._page = page
        self._address = address
        self._asking: Future[None] | None = None

    def __enter__(self) -> Self:
        self._asking = self._page.background.begin(self._ask_on())
        return self

    def __exit__(self, *_: object) -> None:
        if self._asking is not None:
            self._asking.cancel()

    def failures(self) -> list[Tried]:
        return [tried for tried in self.tried if tried.status != 200]

    def longest_s(self) -> float:
        return max(tried.took_s for tried in self.tried)

    async def _ask_on(self) -> None:
        while True:
            began = time.monotonic()
            status, said = 0, ""
            try:
                response = await self._ask()
                status, said = response.status_code, response.text
            except (httpx.HTTPError, OSError) as error:
                said = f"{type(error).__name__} {error}"
            self.tried.append(Tried(began, time.monotonic() - began, status, said))
            await asyncio.sleep(EVERY_S)

    def _ask(self) -> Coroutine[Any, Any, httpx.Response]:
        headers = {"Connection": "close", **self._page.headers(htmx=False)}
        return self._page.client.get(self._address, headers=headers)


def ignore_lost() -> "suppress":
    """What is sent while a site is killed may come to nothing."""
    return suppress(httpx.HTTPError, OSError)
