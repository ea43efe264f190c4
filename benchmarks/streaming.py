"""Answers in the making: the site in each way of running it, beside bare relays in the same run."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from math import isnan, nan
from pathlib import Path

from .measuring import Load, Measured, measure, middle
from .postgres import own_postgres
from .processes import upstream
from .routes import ONE_PROCESS, RELAYS, SQLITE, TWO_PROCESSES, Peopled, every_way, relayed, served
from .table import Bar, number, percentile, print_bars, print_table

TEN, HUNDRED = Load(10, 50, all_run_s=20), Load(100, 50, all_run_s=20, rounds=3)
MANY, MOST = Load(200, 20, all_run_s=15), Load(200, 50, all_run_s=15)
LOADS = (Load(1, 50, all_run_s=10), TEN, Load(50, 50, all_run_s=15), HUNDRED, MANY, MOST)
DELAYS = (
    *("streams × events/s, path", "first text ms", "p50 ms", "p95 ms", "p99 ms", "p99 visited"),
    *("page p95 ms", "sign-in p95 ms", "failed"),
)
COSTS = (
    *("streams × events/s, path", "CPU s / 1,000 events", "× faster relay", "× while all run"),
    *("database CPU", "peak MB", "of each process"),
)

Levels = dict[Load, dict[str, Measured]]


def main(loads: Sequence[Load] = LOADS) -> None:
    print("## Streaming\n")
    measured: Levels = {}
    with (
        tempfile.TemporaryDirectory(prefix="chat-bench-") as directory,
        upstream(Path(directory)) as source,
        own_postgres() as postgres,
        every_way(source.url, postgres, max(load.streams for load in loads)) as sites,
    ):
        for load in loads:
            measured[load] = level(load, Path(directory), source.url, sites)
    print_table(DELAYS, [row for load, results in measured.items() for row in delays_of(load, results)])
    print_table(COSTS, [row for load, results in measured.items() for row in costs_of(load, results)])
    print_problems(measured)
    print_bars(bars(measured))


def level(load: Load, directory: Path, upstream_url: str, sites: Sequence[Peopled]) -> dict[str, Measured]:
    """Measure each path in turn, as often as `load` says, and return the medians."""
    with ExitStack() as stack:
        routes = stack.enter_context(relayed(directory, upstream_url, load.model))
        routes += [stack.enter_context(served(site, load.model)) for site in sites]
        found: dict[str, list[Measured]] = {route.name: [] for route in routes}
        for _ in range(load.rounds):
            for route in routes:
                found[route.name].append(measure(route, load))
    return {name: middle(rounds) for name, rounds in found.items()}


def ratio(one: Measured, results: dict[str, Measured]) -> float:
    return one.cpu_s / min(results[name].cpu_s for name in RELAYS)


def steady_ratio(one: Measured, results: dict[str, Measured]) -> float:
    relays = [results[name].steady_cpu_s for name in RELAYS]
    return one.steady_cpu_s / min((cpu_s for cpu_s in relays if not isnan(cpu_s)), default=nan)


def delays_of(load: Load, results: dict[str, Measured]) -> list[list[str]]:
    return [
        [
            f"{load}, {name}",
            *(number(ms) for ms in (one.first_ms, one.p50_ms, one.p95_ms, one.p99_ms, one.visited_p99_ms)),
            number(percentile(one.pages_ms, 95)),
            number(percentile(one.sign_ins_ms, 95)),
            str(one.failed),
        ]
        for name, one in results.items()
    ]


def costs_of(load: Load, results: dict[str, Measured]) -> list[list[str]]:
    return [
        [
            f"{load}, {name}",
            *(number(figure) for figure in (one.cpu_s, ratio(one, results), steady_ratio(one, results))),
            number(one.database_cpu_s or nan),
            number(sum(one.peaks_mb)),
            " + ".join(number(peak) for peak in one.peaks_mb),
        ]
        for name, one in results.items()
    ]


def print_problems(measured: Levels) -> None:
    for load, results in measured.items():
        for name, one in results.items():
            for problem in one.problems:
                print(f"failed, {load}, {name}: {problem}")


def bars(measured: Levels) -> list[Bar]:
    found: list[Bar] = []
    if TEN in measured:
        ten = measured[TEN][SQLITE]
        found += [
            Bar(f"{TEN}, SQLite: first text after the upstream's", ten.first_ms, 25, "ms"),
            Bar(f"{TEN}, SQLite: delay p50", ten.p50_ms, 25, "ms"),
        ]
    for name in ONE_PROCESS:
        found += hundred_bars(name, measured[HUNDRED]) if HUNDRED in measured else []
    for name in ONE_PROCESS:
        found += many_bars(name, measured[MANY][name]) if MANY in measured else []
    if MOST in measured:
        found.append(Bar(f"{MOST}, {TWO_PROCESSES}: failed", measured[MOST][TWO_PROCESSES].failed, 0))
    return found


def hundred_bars(name: str, results: dict[str, Measured]) -> list[Bar]:
    one, where = results[name], f"{HUNDRED}, {name}"
    return [
        Bar(f"{where}: failed", one.failed, 0),
        Bar(f"{where}: delay p50", one.p50_ms, 60, "ms"),
        Bar(f"{where}: delay p99", one.p99_ms, 250, "ms"),
        Bar(f"{where}: delay p99 with visitors", one.visited_p99_ms, 250, "ms"),
        Bar(f"{where}: CPU, × the faster relay's", ratio(one, results), 2.5),
        Bar(f"{where}: the same while all run", steady_ratio(one, results), 2.5),
        Bar(f"{where}: memory", sum(one.peaks_mb), 150, "MB"),
        Bar(f"{where}: page p95 meanwhile", percentile(one.pages_ms, 95), 400, "ms"),
        Bar(f"{where}: sign-in p95 meanwhile", percentile(one.sign_ins_ms, 95), 1000, "ms"),
    ]


def many_bars(name: str, one: Measured) -> list[Bar]:
    where = f"{MANY}, {name}"
    return [
        Bar(f"{where}: failed", one.failed, 0),
        Bar(f"{where}: delay p99", one.p99_ms, 500, "ms"),
        Bar(f"{where}: delay p99 with visitors", one.visited_p99_ms, 500, "ms"),
        Bar(f"{where}: page p95 meanwhile", percentile(one.pages_ms, 95), 400, "ms"),
    ]


if __name__ == "__main__":
    main()
