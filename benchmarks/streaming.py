"""Answers in the making, beside bare relays in the same run: delay, processor time, memory, failures."""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import isnan, nan
from pathlib import Path
from typing import IO

from .load import Job, Result
from .processes import ROOT, Server, free_port, serving, upstream
from .site import new_site
from .table import Bar, median, number, percentile, print_bars, print_table

SITE = "whole path"
RELAYS = {"relay, httpx": "httpx", "relay, httpx-aiohttp": "aiohttp"}
STARTS_A_SECOND = 20
START_LIMIT_S = 5
ALL_RUN_S = 20  # this long after the last one has begun, the first one ends
STEADY_S = 2.0  # a shorter time than that tells nothing
SETTLE_S = 1.0  # the ledger's last flush, and what is learned from an answer after it was stored
WARM = 5
ROUNDS = {(1, 50): 1, (10, 50): 3, (50, 50): 1, (100, 50): 3, (200, 20): 1}  # (streams, events/s) -> rounds
HEAD = (
    *("streams × events/s, path", "first text ms", "p50 ms", "p95 ms", "p99 ms"),
    *("CPU s / 1,000 events", "× faster relay", "× while all run", "peak MB", "failed"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one path. Milliseconds are after the upstream; processor time is for 1,000 events.

    `cpu_s` has all of it: from the first question to the last stored answer. `steady_cpu_s` is what it takes
    while all streams run and nobody asks.
    """

    first_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_s: float
    steady_cpu_s: float
    memory_mb: float
    failed: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    server: Server
    model: str
    sessions: tuple[str, ...] = ()


def main() -> None:
    print("## Streaming\n")
    measured = {load: level(*load, rounds) for load, rounds in ROUNDS.items()}
    rows = [row for (n, rate), results in measured.items() for row in rows_of(f"{n} × {rate}", results)]
    print_table(HEAD, rows)
    print_problems(list(measured.values()))
    print_bars(bars(measured[10, 50], measured[100, 50]))


def level(streams: int, rate: int, rounds: int) -> dict[str, Measured]:
    """Measure each path in turn, `rounds` times, and return the medians."""
    words = int(rate * (ALL_RUN_S + streams / starts_a_second(streams)))
    with (
        tempfile.TemporaryDirectory(prefix="chat-bench-") as directory,
        paths(Path(directory), f"stamps-{words}@{rate}", streams) as served,
    ):
        found: dict[str, list[Measured]] = {path.name: [] for path in served}
        for _ in range(rounds):
            for path in served:
                found[path.name].append(measure(path, streams, rate, words))
    return {name: middle(rounds_of_it) for name, rounds_of_it in found.items()}


def starts_a_second(streams: int) -> int:
    return max(STARTS_A_SECOND, streams // START_LIMIT_S)


@contextmanager
def paths(directory: Path, model: str, people: int) -> Iterator[list[Route]]:
    """Serve the relays and the site, warm, in front of one upstream double."""
    with ExitStack() as stack:
        source = stack.enter_context(upstream(directory))
        served = []
        for name, transport in RELAYS.items():
            port = free_port()
            command = ("-m", "benchmarks.relay", str(port), transport, f"{source.url}/v1")
            server = stack.enter_context(serving(*command, port=port, ready="/", directory=directory))
            served.append(Route(name, server, model))
        site = stack.enter_context(new_site(upstream_url=source.url, model=model))
        sessions = site.seed(people)["sessions"]
        server = stack.enter_context(site.served())
        warm(server, sessions[0])
        yield [*served, Route(SITE, server, model, tuple(sessions))]


def warm(server: Server, session: str) -> None:
    """Ask for a page, so that its templates are read."""
    page = urllib.request.Request(server.url, headers={"Cookie": f"sessionid={session}"})  # noqa: S310 - ours
    for _ in range(WARM):
        with urllib.request.urlopen(page, timeout=30) as answer:  # noqa: S310 - ours
            answer.read()


def measure(path: Route, streams: int, rate: int, words: int) -> Measured:
    job = Job(
        port=path.server.port,
        streams=streams,
        words=words,
        starts_a_second=starts_a_second(streams),
        model=path.model,
        sessions=list(path.sessions),
    )
    before = path.server.cpu_s
    command = [sys.executable, "-m", "benchmarks.load"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as clients:
        if clients.stdin is None or clients.stdout is None:
            raise RuntimeError("The clients have no pipes.")
        clients.stdin.write(json.dumps(job) + "\n")
        clients.stdin.flush()
        steady_cpu_s = steady(path.server, clients.stdout) / (streams * rate) * 1000
        time.sleep(SETTLE_S)
        cpu_s = (path.server.cpu_s - before) / (streams * words) * 1000
        memory_mb = path.server.peak_memory_mb
        answer, _ = clients.communicate("\n")
    results = [Result(**result) for result in json.loads(answer)]
    return summed(results, cpu_s=cpu_s, steady_cpu_s=steady_cpu_s, memory_mb=memory_mb)


def steady(server: Server, told: IO[str]) -> float:
    """Follow the clients until all streams have ended; return the cores in use while all of them ran."""
    moments = {}
    for line in told:
        moments[line.strip()] = (time.monotonic(), server.cpu_s)
        if line.strip() == "all ended":
            break
    if moments.keys() != {"all run", "first ends", "all ended"}:
        return float("nan")
    (began, before), (ended, after) = moments["all run"], moments["first ends"]
    return (after - before) / (ended - began) if ended - began > STEADY_S else float("nan")


def summed(results: list[Result], *, cpu_s: float, steady_cpu_s: float, memory_mb: float) -> Measured:
    delays = sorted(delay * 1000 for result in results for delay in result.delays_s)
    return Measured(
        first_ms=median([result.delays_s[0] * 1000 for result in results if result.delays_s]),
        p50_ms=percentile(delays, 50),
        p95_ms=percentile(delays, 95),
        p99_ms=percentile(delays, 99),
        cpu_s=cpu_s,
        steady_cpu_s=steady_cpu_s,
        memory_mb=memory_mb,
        failed=sum(bool(result.problem) for result in results),
        problems=tuple(sorted({result.problem for result in results if result.problem})),
    )


def middle(rounds: list[Measured]) -> Measured:
    """Return the median of each figure; memory is the first round's, and no failure is forgotten."""
    return Measured(
        first_ms=median([one.first_ms for one in rounds]),
        p50_ms=median([one.p50_ms for one in rounds]),
        p95_ms=median([one.p95_ms for one in rounds]),
        p99_ms=median([one.p99_ms for one in rounds]),
        cpu_s=median([one.cpu_s for one in rounds]),
        steady_cpu_s=median([one.steady_cpu_s for one in rounds]),
        memory_mb=rounds[0].memory_mb,
        failed=sum(one.failed for one in rounds),
        problems=tuple(problem for one in rounds for problem in one.problems),
    )


def ratio(one: Measured, results: dict[str, Measured]) -> float:
    return one.cpu_s / min(results[name].cpu_s for name in RELAYS)


def steady_ratio(one: Measured, results: dict[str, Measured]) -> float:
    relays = [results[name].steady_cpu_s for name in RELAYS]
    return one.steady_cpu_s / min((cpu_s for cpu_s in relays if not isnan(cpu_s)), default=nan)


def rows_of(load: str, results: dict[str, Measured]) -> list[list[str]]:
    return [
        [
            f"{load}, {name}",
            *(number(value) for value in (one.first_ms, one.p50_ms, one.p95_ms, one.p99_ms)),
            number(one.cpu_s),
            number(ratio(one, results)),
            number(steady_ratio(one, results)),
            number(one.memory_mb),
            str(one.failed),
        ]
        for name, one in results.items()
    ]


def print_problems(levels: list[dict[str, Measured]]) -> None:
    for results in levels:
        for name, one in results.items():
            for problem in one.problems:
                print(f"failed, {name}: {problem}")


def bars(at_10: dict[str, Measured], at_100: dict[str, Measured]) -> list[Bar]:
    ten, hundred = at_10[SITE], at_100[SITE]
    return [
        Bar("first text after the upstream's, 10 streams", ten.first_ms, 25, "ms"),
        Bar("added delay p50, 10 streams", ten.p50_ms, 25, "ms"),
        Bar("added delay p50, 100 streams", hundred.p50_ms, 60, "ms"),
        Bar("added delay p99, 100 streams", hundred.p99_ms, 500, "ms"),
        Bar("CPU at 100 streams, × the faster relay's", ratio(hundred, at_100), 2.5),
        Bar("the same while all run", steady_ratio(hundred, at_100), 2.5),
        Bar("cores in use while 100 run", hundred.steady_cpu_s * 100 * 50 / 1000, 0.9),
        Bar("memory at 100 streams", hundred.memory_mb, 150, "MB"),
        Bar("failed answers at 100 streams", hundred.failed, 0),
    ]


if __name__ == "__main__":
    main()
