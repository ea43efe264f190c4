"""`manage.py serve` as it is, in a process of its own, with a database and an upstream as a test likes."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from conversations.management.local_model import ROOT
from tests.conversations.management.processes import free_port, site_environment, wait_for

from .database import Database, Person, Row

START_LIMIT_S = 60
READY = "Ctrl+C ends it."


class Served(Protocol):
    """Whatever answers in place of a model."""

    @property
    def url(self) -> str: ...


class Site:
    """One server, which can be killed and started again at the same address."""

    def __init__(
        self, directory: Path, upstream: Served, *, database: Database | None = None, **settings: object
    ) -> None:
        self.directory = directory
        self.database = database or Database.sqlite(directory)
        self.port = int(str(settings.get("PORT", 0))) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = directory / "serve.log"
        place = {"DATABASE_URL": self.database.url, "PORT": self.port}
        limits = {"LLM_FIRST_TEXT_LIMIT_S": 30, "LLM_SILENCE_LIMIT_S": 30, "GRACE_S": 2}
        model = {"LLM_BASE_URL": upstream.url, "LLM_MODEL": "fake/model", "LLM_TITLES": 0}
        self.environment = site_environment(directory, **{**place, **limits, **model, **settings})
        self.code = ROOT  # whose manage.py serves
        self._held: socket.socket | None = None
        self._before = 0
        self._process: subprocess.Popen[bytes] | None = None

    def behind(self, held: socket.socket) -> "Site":
        """Let it listen on `held`, which listens also while the site is not there, as systemd's do."""
        self._held = held
        self.port = held.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def start(self) -> "Site":
        self.begin()
        self.wait_until_ready()
        return self

    def begin(self) -> None:
        """Begin to start, and do not wait."""
        prepare = [] if self.database.is_prepared else ["--prepare"]
        self.database.is_prepared = True
        # WhiteNoise warns of a static root that is not there.
        (self.directory / "static").mkdir(parents=True, exist_ok=True)
        self._before = len(self.said)
        with self.log.open("ab") as log:
            command = [sys.executable, "manage.py", "serve", *prepare]
            handles = [self._held.fileno()] if self._held else []
            if handles:
                command = [sys.executable, "-m", "tests.served.held", str(handles[0]), *command]
            self._process = subprocess.Popen(
                command,
                cwd=self.code,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=handles,
            )

    def wait_until_ready(self) -> None:
        wait_for(lambda: self._is_ready() or not self.is_running, limit_s=START_LIMIT_S)
        assert self._is_ready(), f"the site did not start: {self.said}"

    def _is_ready(self) -> bool:
        return READY in self.said[self._before :]

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def kill(self) -> None:
        """As a crash or the kernel does it: nothing is told, nothing is tidied up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As a deploy does it."""
        self._end(signal.SIGTERM)

    def terminate(self) -> None:
        """Begin to stop, and do not wait."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGTERM)

    def replace_workers(self) -> None:
        """Begin to replace one process after the other, and do not wait."""
        os.kill(self.pid, signal.SIGHUP)

    @property
    def workers(self) -> set[int]:
        """The processes that serve, where there are several."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return {int(pid) for pid in children if "spawn_main" in command_of(pid)}

    def wait_until_gone(self) -> None:
        if self._process is not None:
            self._process.wait(timeout=START_LIMIT_S)
            self._process = None

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)
            self.wait_until_gone()

    @property
    def set_up_link(self) -> str:
        """The link that makes the first administrator, as it was printed."""
        return self.said.split("(this link works once): ")[1].split()[0]

    def person(self, *, staff: bool = False) -> Person:
        """Return somebody who is signed in and whom no other test has met."""
        return self.database.person(staff=staff)

    def query(self, statement: str, *values: object) -> list[Row]:
        """Look into the database, or change what a test needs changed behind the site's back."""
        return self.database.query(statement, *values)


def command_of(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:  # it has ended since
        return ""
