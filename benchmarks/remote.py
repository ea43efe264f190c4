"""Answers that one host of a site makes and people follow at another, beside those that stay at the first.

Two single processes on one PostgreSQL. The second makes no answers, so who follows there follows from afar.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .measuring import Load, Measured, measure, middle
from .postgres import Postgres, own_postgres
from .processes import upstream
from .routes import Route, warm
from .site import Site, new_site
from .table import Bar, number, print_bars, print_table

ROUNDS, ALL_RUN_S = 2, 6
# Streams, and how many milliseconds later the median may be: 15; beyond ten answers half of Feed.tick_s is
# added, which is 2 ms an answer and 100 at most.
ADDED_MS = {1: 15.0, 10: 15.0, 50: 65.0}
HEAD = (
    *("streams × events/s, followed", "first text ms", "p50 ms", "p95 ms", "p99 ms", "later, p50 ms"),
    *("CPU s / 1,000 events", "database CPU", "failed"),
)


def main(added_ms: dict[int, float] = ADDED_MS) -> None:
    print("## Followed at another host\n")
    rows: list[list[str]] = []
    bars: list[Bar] = []
    with (
        tempfile.TemporaryDirectory(prefix="chat-bench-") as directory,
        upstream(Path(directory)) as source,
        own_postgres() as postgres,
        new_site(upstream_url=source.url, model="stamps", postgres=postgres) as site,
    ):
        sessions = site.seed(max(added_ms))["sessions"]
        for streams, most in added_ms.items():
            load = Load(streams, 50, all_run_s=ALL_RUN_S, rounds=ROUNDS)
            with hosts(site, load.model, sessions, postgres) as (here, there):
                local, remote = in_turn(here, there, load)
            added = remote.p50_ms - local.p50_ms
            rows += [row(load, here, local, ""), row(load, there, remote, number(added))]
            bars.append(Bar(f"{load}, followed at another host: p50 later by", added, most, "ms"))
            bars.append(Bar(f"{load}, followed at another host: failed", remote.failed, 0))
    print_table(HEAD, rows)
    print_bars(bars)


@contextmanager
def hosts(
    site: Site, model: str, sessions: Sequence[str], postgres: Postgres
) -> Iterator[tuple[Route, Route]]:
    """Serve the site as two hosts; give the route within the first, and that to the second."""
    with (
        site.served(LLM_MODEL=model) as maker,
        site.served(LLM_MODEL=model, ANSWERS_AT_ONCE="0") as other,
    ):
        for server in (maker, other):
            warm(server, sessions[0])
        here = Route("where it is made", (maker, other), model, sessions=sessions, postgres=postgres)
        yield here, replace(here, name="at another host", followed=1)


def in_turn(here: Route, there: Route, load: Load) -> tuple[Measured, Measured]:
    """Measure both in turn, as often as `load` says, and return the medians."""
    rounds = [(measure(here, load), measure(there, load)) for _ in range(load.rounds)]
    local, remote = zip(*rounds, strict=True)
    return middle(local), middle(remote)


def row(load: Load, route: Route, one: Measured, added: str) -> list[str]:
    for problem in one.problems:
        print(f"failed, {load}, followed {route.name}: {problem}")
    return [
        f"{load}, {route.name}",
        *(number(ms) for ms in (one.first_ms, one.p50_ms, one.p95_ms, one.p99_ms)),
        added,
        *(number(cpu_s) for cpu_s in (one.cpu_s, one.database_cpu_s)),
        str(one.failed),
    ]


if __name__ == "__main__":
    main()
