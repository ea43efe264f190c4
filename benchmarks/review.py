"""The review console over a million messages of a thousand people: list, each filter, search, transcript.

On SQLite there is a tenth of it. `REVIEW_SCALE=0.01` makes all of it smaller, to try the benchmark itself.
"""

import json
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

from .archive import RARE_WORDS
from .find import Ask, timed
from .postgres import own_postgres
from .processes import run, upstream
from .review_archive import GROUP, LONG, MODEL
from .site import Site, new_site
from .table import Bar, median, number, percentile, print_bars, print_table
from .words import Writer

SCALE = float(os.environ.get("REVIEW_SCALE", "1"))
PEOPLE, CONVERSATIONS, MESSAGES = 1_000, 100_000, 10
FIND_MS, READ_MS = 300, 150
FILTERS = {
    "a group": f"group={GROUP}",
    "a rare model": f"model={MODEL}",
    "some days": "since=2026-03-01&until=2026-03-03",
    "a thumb": "thumb=down",
    "a reason": "thumb=down&reason=wrong",
    "a status": "status=interrupted",
    "what is done": "status=done",
    "a problem": "problem=broken_off",
    "a rare problem": "problem=funds",
    "cost": "cost_from=0.01",
    "length": "length_from=100",
    "a file": "file=yes",
    "no file": "file=no",
    "shared": "shared=yes",
    "temporary": "temporary=yes",
    "messages deleted": "deleted=yes",
    "three at once": "thumb=down&problem=any&file=no",
    "what nobody has": "thumb=down&problem=funds&shared=yes",
}


class Reviewed(TypedDict):
    session: str
    person: str
    long: str


def main() -> None:
    print(f"## Reviewing {int(CONVERSATIONS * MESSAGES * SCALE):,} messages; on SQLite a tenth\n")
    with tempfile.TemporaryDirectory(prefix="chat-bench-") as directory, upstream(Path(directory)) as source:
        for name, made, share in (("PostgreSQL", on_postgres, 1.0), ("SQLite", on_sqlite, 0.1)):
            with made(source.url) as site:
                rows, bars = measure(name, site, share * SCALE)
            print_table(["request", "median ms", "p95 ms", "most ms"], rows)
            print_bars(bars)


@contextmanager
def on_postgres(upstream_url: str) -> Iterator[Site]:
    with (
        own_postgres() as server,
        new_site(upstream_url=upstream_url, model="words-20@0", postgres=server) as site,
    ):
        yield site


@contextmanager
def on_sqlite(upstream_url: str) -> Iterator[Site]:
    with new_site(upstream_url=upstream_url, model="words-20@0") as site:
        yield site


def measure(name: str, site: Site, scale: float) -> tuple[list[list[str]], list[Bar]]:
    people, conversations = max(10, int(PEOPLE * scale)), max(200, int(CONVERSATIONS * scale))
    reviewed: Reviewed = json.loads(
        run(["-m", "benchmarks.review_archive", str(people), str(conversations), str(MESSAGES)], env=site.env)
    )
    rows, bars = [], []
    with site.served() as server:
        for what, ask, most in questions(reviewed):
            times = timed(server, reviewed["session"], ask)
            figures = [median(times), percentile(times, 95), max(times)]
            rows.append([f"{name}: {what}", *map(number, figures)])
            bars.append(Bar(f"{name}: {what}, p95", figures[1], most, "ms"))
    return rows, bars


def questions(reviewed: Reviewed) -> list[tuple[str, Ask, float]]:
    words = Writer(7)

    def common(_: random.Random) -> str:
        return words.sentence(1).lower()

    def rare(source: random.Random) -> str:
        return f"w{source.randrange(RARE_WORDS):x}"

    def find(make: Ask, more: str = "") -> Ask:
        return lambda source: f"/review/?q={quote(make(source))}{more}"

    def older(source: random.Random) -> str:
        return f"/review/?older={quote(f'2026-0{source.randint(2, 5)}-01T00:00:00+00:00|1')}"

    def plain(path: str) -> Ask:
        return lambda _: path

    lists: dict[str, Ask] = {
        "the list": plain("/review/"),
        "older rows": older,
        "how many are new": plain("/review/news/?newer=2026-05-01T00%3A00%3A00%2B00%3A00%7C1"),
        "a person": plain(f"/review/?person={reviewed['person']}"),
        **{what: plain(f"/review/?{query}") for what, query in FILTERS.items()},
        "search: a common word": find(common),
        "search: a rare word": find(rare),
        "search: two words": find(lambda source: f"{common(source)} {common(source)}"),
        "search: a phrase": find(lambda source: f'"{common(source)} {common(source)}"'),
        "search: a word of a person": find(common, f"&person={reviewed['person']}"),
        "search: a word where a thumb is down": find(common, "&thumb=down"),
        "search: a word where a problem was": find(common, "&problem=any"),
    }
    transcript = plain(f"/review/conversations/{reviewed['long']}/")
    return [
        *((what, ask, FIND_MS) for what, ask in lists.items()),
        (f"a transcript of {LONG} messages", transcript, READ_MS),
    ]


if __name__ == "__main__":
    main()
