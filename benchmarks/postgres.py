"""A PostgreSQL that is there for the benchmarks alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tools.postgres import embedded

from .processes import cpu_s_of, family, parent_of


class Postgres:
    """A running server: makes databases, and tells what they cost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = count(1)
        with psycopg.connect(url) as connection:
            self._pid = parent_of(connection.info.backend_pid)

    @property
    def cpu_s(self) -> float:
        """Processor time of the server so far, all its processes."""
        return cpu_s_of(family(self._pid))

    def create(self, *, like: str = "template1") -> str:
        """Make a database with all that is in the one called `like`, and return its name."""
        name = f"bench_{next(self._numbers)}"
        self.copy(like, name)
        return name

    def copy(self, like: str, name: str) -> None:
        """Let the database `name` have all that is in the one called `like`, and nothing else."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy".encode())

    def url_of(self, name: str) -> str:
        return urlsplit(self._url)._replace(path=f"/{name}").geturl()


@contextmanager
def own_postgres(kept: Path | None = None) -> Iterator[Postgres]:
    """Run a server as PostgreSQL comes: what is committed is on the disk, as with SQLite.

    Its databases are `kept` in a directory, if there is one.
    """
    with embedded(kept=kept) as server:
        yield Postgres(server.url)
