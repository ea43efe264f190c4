"""The paths that take the same streams: two bare relays, and the site in each way in which it may be run."""

import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .postgres import Postgres
from .processes import Server, free_port, serving
from .site import Seeded, Site, new_site

RELAYS = {"relay, httpx": "httpx", "relay, httpx-aiohttp": "aiohttp"}
SQLITE, POSTGRESQL, TWO_PROCESSES = "SQLite", "PostgreSQL", "PostgreSQL, two processes"
ONE_PROCESS = (SQLITE, POSTGRESQL)
VISITORS, MESSAGES, OTHERS = 4, 20, 30
# So many at once, and so often, that each of several processes has some.
WARM_AT_ONCE, WARM = 8, 24


@dataclass(frozen=True, slots=True)
class Peopled:
    """A site with those who ask, and those who come by meanwhile."""

    name: str
    site: Site
    people: Seeded
    visitors: Seeded
    postgres: Postgres | None = None
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Route:
    """What is measured: servers, of which one is asked and, it or another, followed."""

    name: str
    servers: tuple[Server, ...]
    model: str
    asked: int = 0
    followed: int = 0
    sessions: Sequence[str] = ()
    visitors: Seeded | None = None
    postgres: Postgres | None = None

    @property
    def cpu_s(self) -> float:
        return sum(server.cpu_s for server in self.servers)

    @property
    def database_cpu_s(self) -> float:
        return self.postgres.cpu_s if self.postgres else 0.0

    @property
    def peaks_mb(self) -> list[float]:
        return [peak for server in self.servers for peak in server.peaks_mb]


@contextmanager
def peopled(
    name: str, *, upstream_url: str, people: int, postgres: Postgres | None = None, workers: int = 1
) -> Iterator[Peopled]:
    with new_site(upstream_url=upstream_url, model="stamps", postgres=postgres) as site:
        visitors = site.seed(VISITORS, name="visitor", messages=MESSAGES, others=OTHERS)
        yield Peopled(name, site, site.seed(people), visitors, postgres, workers)


@contextmanager
def every_way(upstream_url: str, postgres: Postgres, people: int) -> Iterator[list[Peopled]]:
    """Give the site on SQLite, on PostgreSQL, and there as two processes."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                peopled(name, upstream_url=upstream_url, people=people, postgres=database, workers=workers)
            )
            for name, database, workers in (
                (SQLITE, None, 1),
                (POSTGRESQL, postgres, 1),
                (TWO_PROCESSES, postgres, 2),
            )
        ]


@contextmanager
def relayed(directory: Path, upstream_url: str, model: str) -> Iterator[list[Route]]:
    with ExitStack() as stack:
        routes = []
        for name, transport in RELAYS.items():
            port = free_port()
            command = ("-m", "benchmarks.relay", str(port), transport, f"{upstream_url}/v1")
            server = stack.enter_context(serving(*command, port=port, ready="/", directory=directory))
            routes.append(Route(name, (server,), model))
        yield routes


@contextmanager
def served(one: Peopled, model: str) -> Iterator[Route]:
    """Serve a site whose answers come from `model`, warm."""
    with one.site.served(workers=one.workers, LLM_MODEL=model) as server:
        warm(server, one.people["sessions"][0])
        yield Route(
            one.name,
            (server,),
            model,
            sessions=one.people["sessions"],
            visitors=one.visitors,
            postgres=one.postgres,
        )


def warm(server: Server, session: str) -> None:
    """Ask for a page, so that its templates are read."""

    def ask(_: int) -> None:
        page = urllib.request.Request(server.url, headers={"Cookie": f"sessionid={session}"})  # noqa: S310 - ours
        with urllib.request.urlopen(page, timeout=30) as answer:  # noqa: S310 - ours
            answer.read()

    with ThreadPoolExecutor(WARM_AT_ONCE) as threads:
        list(threads.map(ask, range(WARM)))
