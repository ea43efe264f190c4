"""All rows of the upstream's promises played at one time, each by a person of its own, and what they saw."""

import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from threading import BoundedSemaphore

from tests.conversations.management.processes import wait_for
from tests.served.site import Site

from .background import Background
from .invariants import Stored, stored_answers
from .page import Answer, Page
from .upstream import Stats, Upstream
from .upstream_rows import OVER_BOTH, ROWS, Row

PATIENCE_S = 60
HEARD_WITHIN_S = 10
SENDING = BoundedSemaphore(4)  # all at once would only measure how long the line is
CONTROL, A_CONTROL_EVERY = Row("U0", "words-1@0", "done"), 6
EXAMINED = [(row, "aiohttp") for row in ROWS]
EXAMINED += [(row, "httpx") for row in ROWS if row.script in OVER_BOTH]
EXAMINED.sort(key=lambda examined: -examined[0].within_s)  # who takes long begins first


@dataclass(slots=True)
class Played:
    """What a person saw of one row, from before it was asked to its end."""

    row: Row
    over: str
    question: str
    page: Page
    began_at: float = 0.0  # when it was asked, or stopped
    waiting: str = ""  # the page before it was stopped
    states: list[str] = field(default_factory=list)  # all that could be seen, in order
    texts: list[str] = field(default_factory=list)  # the HTML of the words in it
    after: str = ""  # the page at the end, and its headers
    _answer: Answer | None = None

    @property
    def answer(self) -> Answer:
        assert self._answer is not None
        return self._answer

    @property
    def seconds(self) -> float:
        assert self.answer.ended_at is not None
        return self.answer.ended_at - self.began_at

    @property
    def footer(self) -> tuple[str, bool]:
        """The sentence below the answer, and whether a way to ask again is beside it."""
        footer = self.answer.shown.footer
        told = re.search(r'<div class="problem[^>]*>\s*<p>(.*?)</p>', footer, re.DOTALL)
        return unescape(told[1]) if told else "", "problem__retry" in footer

    def play(self, upstream: Upstream) -> None:
        with SENDING:
            self.began_at = time.monotonic()
            self._answer = self.page.ask(self.question)
        if self.row.stops:
            self._stop(upstream)
        self.answer.wait_until(self._look, within_s=PATIENCE_S)
        response = self.page.get(self.page.conversation)
        self.after = f"{response.headers} {response.content.decode('utf-8')}"

    def _stop(self, upstream: Upstream) -> None:
        with SENDING:
            wait_for(lambda: upstream.times_asked(self.question), limit_s=PATIENCE_S)
            self.waiting = self.page.get(self.page.conversation).text
            self.began_at = time.monotonic()
            self.answer.stop()

    def _look(self, answer: Answer) -> bool:
        self.states.append(str(answer.shown.whole))
        self.texts.append(answer.shown.html + answer.shown.tail)
        return answer.has_ended


@dataclass(slots=True)
class Stage:
    sites: dict[str, Site]
    played: list[Played]
    stored: dict[str, list[Stored]]  # by question
    upstream: Stats  # when the last one had ended

    @property
    def lag_s(self) -> float:
        """What the slowest of the answers without a fault took: this machine at this moment."""
        return max(played.seconds for played in self.controls)

    @property
    def controls(self) -> list[Played]:
        return [played for played in self.played if played.row is CONTROL]

    def of(self, row: Row, over: str) -> Played:
        return next(played for played in self.played if (played.row, played.over) == (row, over))

    def kept(self, played: Played) -> Stored:
        """Return the one answer that is stored to its question."""
        (row,) = self.stored[played.question]
        return row

    def script(self, name: str) -> Played:
        """Return what came of `name` where nobody stopped it."""
        return next(it for it in self.played if it.row.script == name and not it.row.stops)


def with_controls() -> Iterator[tuple[Row, str]]:
    """Yield what is examined, with answers between that show how quick this machine is."""
    for number, (row, over) in enumerate(EXAMINED):
        if number % A_CONTROL_EVERY == 0:
            yield CONTROL, over
        yield row, over


@contextmanager
def play_all(sites: dict[str, Site], background: Background, upstream: Upstream) -> Iterator[Stage]:
    """Play all rows to their ends; `sites` are named by their transport."""
    played = [
        Played(
            row, over, f"{row.script} number {number}", Page(sites[over], sites[over].person(), background)
        )
        for number, (row, over) in enumerate(with_controls())
    ]
    try:
        with ThreadPoolExecutor(len(played)) as pool:
            list(pool.map(lambda it: it.play(upstream), played))
        wait_until_left(upstream, {it.question for it in played})
        yield Stage(sites, played, by_question(sites.values()), upstream.stats())
    finally:
        for it in played:
            it.page.close()


def wait_until_left(upstream: Upstream, questions: set[str]) -> None:
    """An upstream hears a little later than the person that its line was closed."""
    wait_for(lambda: questions <= set(upstream.stats()["over"]), limit_s=HEARD_WITHIN_S)


def by_question(sites: Iterable[Site]) -> dict[str, list[Stored]]:
    stored: dict[str, list[Stored]] = {}
    for row in (row for site in sites for row in stored_answers(site.database)):
        stored.setdefault(row.question, []).append(row)
    return stored
