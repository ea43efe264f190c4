"""One round: a route takes all its streams, and for a part of the time its visitors; what that took."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import nan

from .helper import Helper, helper
from .load import Job, Result, Windows
from .routes import Route
from .seed import PASSWORD
from .table import median, percentile
from .visits import Visited, Visits

STARTS_A_SECOND = 20
START_LIMIT_S = 5
# While all streams run: first nobody comes, then visitors do, and they are gone before the first stream ends.
CALM, VISITED = 0.40, 0.55
STEADY_S = 2.0  # a shorter time than that tells nothing
SETTLE_S = 1.0  # the ledger's last flush, and what is learned from an answer after it was stored


@dataclass(frozen=True, slots=True)
class Load:
    """So many streams of so many events a second; this long after the last has begun, the first one ends."""

    streams: int
    rate: int
    all_run_s: float
    rounds: int = 1

    def __str__(self) -> str:
        return f"{self.streams} × {self.rate}"

    @property
    def starts_a_second(self) -> int:
        return max(STARTS_A_SECOND, self.streams // START_LIMIT_S)

    @property
    def words(self) -> int:
        return int(self.rate * (self.all_run_s + self.streams / self.starts_a_second))

    @property
    def model(self) -> str:
        return f"stamps-{self.words}@{self.rate}"


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one route. Milliseconds are after the upstream; processor time is for 1,000 events.

    `cpu_s` has all of it, from the first question to the last stored answer; the time of the visitors counts
    as the time before them. `steady_cpu_s` is what it takes while all streams run and nobody asks or visits.
    """

    first_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    visited_p99_ms: float
    cpu_s: float
    steady_cpu_s: float
    database_cpu_s: float
    peaks_mb: tuple[float, ...]
    pages_ms: tuple[float, ...]
    sign_ins_ms: tuple[float, ...]
    failed: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, and the processor time until then."""

    moment: float
    cpu_s: float
    database_cpu_s: float


Marks = dict[str, Mark]


def measure(route: Route, load: Load) -> Measured:
    marks = {"start": mark(route)}
    with helper("benchmarks.load", job_of(route, load)) as clients, visitors_of(route, load) as visitors:
        visited = follow(route, load, marks, clients, visitors)
        time.sleep(SETTLE_S)
        marks["settled"] = mark(route)
        peaks_mb = tuple(sorted(route.peaks_mb, reverse=True))
        results = [Result(**result) for result in json.loads(clients.answer(windows_of(marks)))]
    return summed(results, visited, marks, peaks_mb)


def job_of(route: Route, load: Load) -> Job:
    return Job(
        port=route.servers[route.asked].port,
        follow_port=route.servers[route.followed].port,
        streams=load.streams,
        words=load.words,
        starts_a_second=load.starts_a_second,
        model=route.model,
        sessions=list(route.sessions),
    )


@contextmanager
def visitors_of(route: Route, load: Load) -> Iterator[Helper | None]:
    """Give those who will visit, ready to come at a word; a relay has no pages."""
    if route.visitors is None:
        yield None
        return
    visits = Visits(
        port=route.servers[route.asked].port,
        seconds=load.all_run_s * VISITED,
        session=route.visitors["sessions"][0],
        page=f"/c/{route.visitors['conversations'][0]}/",
        names=route.visitors["names"],
        password=PASSWORD,
    )
    with helper("benchmarks.visits", visits) as visitors:
        yield visitors


def follow(route: Route, load: Load, marks: Marks, clients: Helper, visitors: Helper | None) -> Visited:
    """Follow the clients until all streams have ended, and let the visitors come while all of them run."""
    visited = Visited()
    for line in clients.lines():
        marks[line] = mark(route)
        if line == "all run" and visitors is not None:
            time.sleep(load.all_run_s * CALM)
            marks["visitors come"] = mark(route)
            visited = Visited(**json.loads(visitors.answer()))
            marks["visitors gone"] = mark(route)
        if line == "all ended":
            break
    return visited


def mark(route: Route) -> Mark:
    return Mark(time.monotonic(), route.cpu_s, route.database_cpu_s)


def windows_of(marks: Marks) -> Windows:
    begun = marks["all run"]
    visitors = [marks[name].moment for name in ("visitors come", "visitors gone") if name in marks]
    visited = (visitors[0], visitors[1]) if visitors else (0.0, 0.0)
    return Windows(calm=(begun.moment, calm_until(marks).moment), visited=visited)


def calm_until(marks: Marks) -> Mark:
    return marks.get("visitors come") or marks.get("first ends") or marks["all ended"]


def rate_of(marks: Marks, cpu_s: Callable[[Mark], float]) -> float:
    """Return the cores in use while all streams run and nobody visits; nan of a short time."""
    begun, until = marks["all run"], calm_until(marks)
    seconds = until.moment - begun.moment
    return (cpu_s(until) - cpu_s(begun)) / seconds if seconds > STEADY_S else nan


def spent(marks: Marks, cpu_s: Callable[[Mark], float]) -> float:
    """Return the processor time of all but the visitors."""
    taken = cpu_s(marks["settled"]) - cpu_s(marks["start"])
    if "visitors come" not in marks:
        return taken
    come, gone = marks["visitors come"], marks["visitors gone"]
    instead = rate_of(marks, cpu_s) * (gone.moment - come.moment)
    return taken - (cpu_s(gone) - cpu_s(come)) + instead


def summed(
    results: Sequence[Result], visited: Visited, marks: Marks, peaks_mb: tuple[float, ...]
) -> Measured:
    delays = milliseconds([result.delays_s for result in results])
    with_visitors = milliseconds([result.visited_delays_s for result in results])
    thousands = (len(delays) + len(with_visitors)) / 1000 or nan
    calm_s = calm_until(marks).moment - marks["all run"].moment
    calm_thousands = sum(result.calm_words for result in results) / 1000 or nan
    return Measured(
        first_ms=median([result.delays_s[0] * 1000 for result in results if result.delays_s]),
        p50_ms=percentile(delays, 50),
        p95_ms=percentile(delays, 95),
        p99_ms=percentile(delays, 99),
        visited_p99_ms=percentile(with_visitors, 99),
        cpu_s=spent(marks, lambda at: at.cpu_s) / thousands,
        steady_cpu_s=rate_of(marks, lambda at: at.cpu_s) * calm_s / calm_thousands,
        database_cpu_s=spent(marks, lambda at: at.database_cpu_s) / thousands,
        peaks_mb=peaks_mb,
        pages_ms=tuple(visited.pages_ms),
        sign_ins_ms=tuple(visited.sign_ins_ms),
        failed=sum(bool(result.problem) for result in results) + len(visited.problems),
        problems=tuple(
            sorted({result.problem for result in results if result.problem} | set(visited.problems))
        ),
    )


def milliseconds(delays_s: Sequence[Sequence[float]]) -> list[float]:
    return sorted(delay_s * 1000 for of_one in delays_s for delay_s in of_one)


def middle(rounds: Sequence[Measured]) -> Measured:
    """Return the median of each figure; memory is the first round's; visits and failures are all kept."""

    def of(figure: Callable[[Measured], float]) -> float:
        return median([figure(one) for one in rounds])

    return Measured(
        first_ms=of(lambda one: one.first_ms),
        p50_ms=of(lambda one: one.p50_ms),
        p95_ms=of(lambda one: one.p95_ms),
        p99_ms=of(lambda one: one.p99_ms),
        visited_p99_ms=of(lambda one: one.visited_p99_ms),
        cpu_s=of(lambda one: one.cpu_s),
        steady_cpu_s=of(lambda one: one.steady_cpu_s),
        database_cpu_s=of(lambda one: one.database_cpu_s),
        peaks_mb=rounds[0].peaks_mb,
        pages_ms=tuple(ms for one in rounds for ms in one.pages_ms),
        sign_ins_ms=tuple(ms for one in rounds for ms in one.sign_ins_ms),
        failed=sum(one.failed for one in rounds),
        problems=tuple(problem for one in rounds for problem in one.problems),
    )
