"""Somebody with 10,000 conversations among a million messages: list, search, a page, a turn, the size.

`FIND_SCALE=0.01` makes all of it smaller, to try the benchmark itself. `FIND_KEPT=/some/directory` keeps
there what was filled in, and a later run measures a copy of that, brought to the tables of its own release.
"""

import http.client
import json
import os
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg

from .archive import RARE_WORDS, Archive
from .connection import CSRF
from .postgres import own_postgres
from .processes import Server, run, upstream
from .site import Site, new_site, prepare
from .table import Bar, median, number, percentile, print_bars, print_table
from .words import Writer

KEPT = Path(os.environ["FIND_KEPT"]) if os.environ.get("FIND_KEPT") else None
SCALE = float(os.environ.get("FIND_SCALE", "1"))
MINE, OTHERS, MESSAGES = int(10_000 * SCALE), int(40_000 * SCALE), 20
TIMES, WARM = 100, 10
SHORT, LONG = 10, 5_000
# On one machine two runs of the same differ by about as much.
SAME = 1.25

Ask = Callable[[random.Random], str]


def main() -> None:
    print(
        f"## Finding among {(MINE + OTHERS) * MESSAGES:,} messages, {MINE * MESSAGES:,} of them one's own\n"
    )
    if KEPT is not None:
        KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="chat-bench-") as directory, upstream(Path(directory)) as source:
        for name, made in (("SQLite", on_sqlite), ("PostgreSQL", on_postgres)):
            with made(source.url) as (site, archive, size_of):
                rows, bars = measure(name, site, archive, size_of)
            # At once: what was measured is there, whatever becomes of the rest.
            print_table(["request", "median ms", "p95 ms", "most ms"], rows)
            print_bars(bars)


def measure(
    name: str, site: Site, archive: Archive, size_of: Callable[[], int]
) -> tuple[list[list[str]], list[Bar]]:
    rows: list[list[str]] = []
    bars: list[Bar] = []
    bars.append(Bar(f"{name}: bytes a byte of text", size_of() / archive["text_bytes"], 2.5))
    session = run(["-m", "benchmarks.archive"], env=site.env).strip()
    with site.served() as server:
        for kind, most_ms, asks in questions(archive):
            together = []
            for what, ask in asks.items():
                times = timed(server, session, ask)
                figures = [median(times), percentile(times, 95), max(times)]
                rows.append([f"{name}: {what}", *map(number, figures)])
                together += times
            bars.append(Bar(f"{name}: {kind}, p95", percentile(together, 95), most_ms, "ms"))
    short, long = json.loads(run(["-m", "benchmarks.turns", str(SHORT), str(LONG)], env=site.env))
    rows.append([f"{name}: a turn after {SHORT} messages", number(short), "", ""])
    rows.append([f"{name}: a turn after {LONG:,} messages", number(long), "", ""])
    bars.append(Bar(f"{name}: a turn after {LONG:,} messages, in turns after {SHORT}", long / short, SAME))
    return rows, bars


def questions(archive: Archive) -> list[tuple[str, float, dict[str, Ask]]]:
    words = Writer(7)

    def find(make: Ask) -> Ask:
        return lambda source: f"/search/?q={quote(make(source))}"

    def common(_: random.Random) -> str:
        return words.sentence(1).lower()

    def rare(source: random.Random) -> str:
        return f"w{source.randrange(RARE_WORDS):x}"

    searches: dict[str, Ask] = {
        "a common word": common,
        "a rare word": rare,
        "two words": lambda source: f"{common(source)} {common(source)}",
        "a phrase": lambda source: f'"{common(source)} {common(source)}"',
        "the beginning of a word": lambda source: f"{rare(source)[:3]}*",
        "a word without another": lambda source: f"{common(source)} -{rare(source)}",
        "in a folder": lambda source: f"in:Work {common(source)}",
        "pinned": lambda source: f"is:pinned {common(source)}",
        "of some days": lambda source: f"{common(source)} after:2026-03 before:2026-04",
    }
    listed = {"GET / (with the list)": lambda _: "/", "older rows": older_rows}
    opened = {
        f"a conversation of {MESSAGES} messages": lambda source: (
            f"/c/{source.choice(archive['conversations'])}/"
        )
    }
    return [
        ("list", 60, listed),
        ("search", 100, {f"search: {what}": find(make) for what, make in searches.items()}),
        ("open", 80, opened),
    ]


def older_rows(source: random.Random) -> str:
    before = f"2026-0{source.randint(2, 5)}-01T00:00:00+00:00|1"
    return f"/conversations/?before={quote(before)}"


def timed(server: Server, session: str, ask: Ask) -> list[float]:
    """Return the milliseconds of each time, one after the other, until the last byte of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    source, times = random.Random(2), []
    for _ in range(TIMES + WARM):
        path = ask(source)
        by_htmx = {} if path.startswith(("/c/", "/?")) or path == "/" else {"hx-request": "true"}
        headers = {
            **by_htmx,
            "cookie": f"sessionid={session}; csrftoken={CSRF}",
            "accept-encoding": "gzip, br",
        }
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"GET {path} answered {answer.status}")
    return times[WARM:]


def filled(site: Site, name: str, copy: Callable[[str], None], copy_back: Callable[[str], None]) -> Archive:
    """Fill the tables of `site`, or `copy_back` what a run before filled in; return what there is."""
    name = f"{name}_{MINE}_{OTHERS}"
    facts = KEPT / f"{name}.json" if KEPT is not None else None
    if facts is not None and facts.exists():
        copy_back(name)
        prepare(site.env)
        told = facts.read_text()
    else:
        told = run(["-m", "benchmarks.archive", str(MINE), str(OTHERS), str(MESSAGES)], env=site.env)
        if facts is not None:
            copy(name)
            facts.write_text(told)
    archive: Archive = json.loads(told)
    return archive


Made = tuple[Site, Archive, Callable[[], int]]


@contextmanager
def on_sqlite(upstream_url: str) -> Iterator[Made]:
    with new_site(upstream_url=upstream_url, model="words-20@0") as site:
        file = site.data / "chat.sqlite3"

        def size() -> int:
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return file.stat().st_size

        def copy(name: str) -> None:
            size()  # all of it is in the file then
            shutil.copyfile(file, kept_file(name))

        def copy_back(name: str) -> None:
            size()
            shutil.copyfile(kept_file(name), file)

        yield site, filled(site, "sqlite", copy, copy_back), size


def kept_file(name: str) -> Path:
    return (KEPT or Path()) / f"{name}.sqlite3"


@contextmanager
def on_postgres(upstream_url: str) -> Iterator[Made]:
    with (
        own_postgres(KEPT and KEPT / "postgres") as server,
        new_site(upstream_url=upstream_url, model="words-20@0", postgres=server) as site,
    ):
        url = site.env["DATABASE_URL"]
        own = urlsplit(url).path.removeprefix("/")
        archive = filled(
            site, "postgres", lambda name: server.copy(own, name), lambda name: server.copy(name, own)
        )
        yield site, archive, lambda: size_of_database(url)


def size_of_database(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
