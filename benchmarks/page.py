"""The page of a conversation in a real browser: what it loads, when one can type, and whether it jumps."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, async_playwright

from tools.chromium import find_chromium

from .processes import upstream
from .site import new_site
from .table import Bar, median, number, print_bars, print_table

ROUNDS = 5
MESSAGES = 20
OTHERS = 30
CHARACTERS = 3_000
ANSWER_LIMIT_MS = 30_000
IDLE_MS = 1_500
VIEWPORT = {"width": 1280, "height": 800}
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
)
# composer.js sets the focus once its listeners are in place; htmx stands before it in the page.
WATCH = """
self.bench = { usable: 0, shift: 0, shifts: [] }
addEventListener("focusin", ({ target }) => {
  if (!bench.usable && target.matches("#composer textarea")) bench.usable = performance.now()
}, true)
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue
    bench.shift += entry.value
    const name = (node) => node?.nodeType === 1 ? node.cloneNode().outerHTML : `text ${node?.data}`
    bench.shifts.push(entry.sources.map(({ node }) => name(node)).join(" | "))
  }
}).observe({ type: "layout-shift", buffered: true })
"""
LATER = """() => performance.getEntriesByType("resource")
  .filter((entry) => entry.startTime > bench.usable).map((entry) => new URL(entry.name).pathname)"""
FOCUSED = "#composer textarea:focus"


@dataclass(slots=True)
class Visit:
    """A cold visit: an empty cache, a new connection."""

    usable_ms: float = 0.0
    bytes: int = 0
    requests: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> set[str]:
        return {urlsplit(url).netloc for url in self.requests if not url.startswith("data:")}


@dataclass(slots=True)
class Streamed:
    """What the browser noticed while an answer came."""

    shift: float
    characters: int
    shifted: list[str]


def main() -> None:
    print("## The page in Chromium\n")
    asyncio.run(run())


async def run() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="chat-bench-") as directory,
        upstream(Path(directory)) as source,
        new_site(upstream_url=source.url, model="essay@100") as site,
    ):
        seeded = site.seed(1, messages=MESSAGES, others=OTHERS)
        with site.served() as server:
            session, url = seeded["sessions"][0], f"{server.url}/c/{seeded['conversations'][0]}/"
            async with browser() as chromium:
                await visit(chromium, url, session)  # warms the server, not the browser
                visits = [await visit(chromium, url, session) for _ in range(ROUNDS)]
                streamed = await stream(chromium, server.url, session)
    report(visits, streamed, server.url)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    path = find_chromium()
    if path is None:
        raise RuntimeError("There is no Chromium on this machine.")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield chromium
        finally:
            await chromium.close()


@asynccontextmanager
async def fresh_page(chromium: Browser, url: str, session: str) -> AsyncIterator[Page]:
    """Open an empty page of someone signed in, in a profile of its own."""
    context = await chromium.new_context(viewport=VIEWPORT)  # type: ignore[arg-type]
    try:
        await context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        await context.add_init_script(WATCH)
        yield await context.new_page()
    finally:
        await context.close()


async def visit(chromium: Browser, url: str, session: str) -> Visit:
    visited = Visit()
    async with fresh_page(chromium, url, session) as page:
        network = await page.context.new_cdp_session(page)
        network.on("Network.requestWillBeSent", lambda event: note_request(visited, event))
        network.on("Network.loadingFinished", lambda event: note_bytes(visited, event))
        await network.send("Network.enable")
        await page.goto(url)
        await page.wait_for_selector(FOCUSED)
        await page.wait_for_load_state("networkidle")
        await page.wait_for_timeout(IDLE_MS)
        visited.usable_ms = float(await page.evaluate("bench.usable"))
        visited.later = sorted(await page.evaluate(LATER))
        if not await page.evaluate("Boolean(self.htmx)"):
            raise RuntimeError("The page has no htmx: its composer sends nothing.")
    return visited


def note_request(visited: Visit, event: dict[str, Any]) -> None:
    visited.requests.append(event["request"]["url"])


def note_bytes(visited: Visit, event: dict[str, Any]) -> None:
    visited.bytes += int(event["encodedDataLength"])


async def stream(chromium: Browser, url: str, session: str) -> Streamed:
    """Ask in a new conversation, twice, and watch the second answer grow below the first."""
    async with fresh_page(chromium, url, session) as page:
        await page.goto(url)
        answers = page.locator('[data-role="assistant"][data-status="done"]')
        for before in (0, 1):
            await page.wait_for_selector(FOCUSED)
            await page.fill("#composer textarea", "Why is the sky blue?")
            await page.evaluate("bench.shift = 0; bench.shifts = []")
            await page.press("#composer textarea", "Enter")
            await answers.nth(before).wait_for(timeout=ANSWER_LIMIT_MS)
        await page.wait_for_timeout(IDLE_MS)
        text = await answers.last.locator("[data-text]").inner_text()
        shift, shifted = await page.evaluate("[bench.shift, bench.shifts]")
    return Streamed(float(shift), len(text), list(shifted))


def report(visits: list[Visit], streamed: Streamed, url: str) -> None:
    sizes = [one.bytes / 1024 for one in visits]
    print_table(
        ["cold visit", "median", "least", "most"],
        [
            figures("KB on the wire", sizes),
            figures("requests", [float(len(one.requests)) for one in visits]),
            figures("composer usable, ms after navigation", [one.usable_ms for one in visits]),
            figures("requests begun after that", [float(len(one.later)) for one in visits]),
        ],
    )
    print("Loaded after the composer was usable:", ", ".join(visits[-1].later) or "nothing", end="\n\n")
    for shifted in streamed.shifted:
        print("shifted while streaming:", shifted)
    others = {host for one in visits for host in one.hosts} - {urlsplit(url).netloc}
    print_bars(
        [
            Bar("bytes on the wire", median(sizes), 75, "KB"),
            Bar("requests", median([float(len(one.requests)) for one in visits]), 20),
            Bar("other hosts", len(others), 0),
            Bar("composer usable", median([one.usable_ms for one in visits]), 400, "ms"),
            Bar(f"layout shift while {streamed.characters:,} characters stream", streamed.shift, 0),
        ]
    )


def figures(name: str, values: list[float]) -> list[str]:
    return [name, number(median(values)), number(min(values)), number(max(values))]


if __name__ == "__main__":
    main()
