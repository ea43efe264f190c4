"""The site of the walks: `manage.py serve` as it is, with a database and an upstream of its own."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from conversations.management.local_model import ROOT
from tests.conversations.management.processes import free_port, site_environment, wait_for

from .upstream import Upstream

START_LIMIT_S = 60


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    session: str


class Site:
    """One server, which can be killed and started again at the same address."""

    def __init__(self, directory: Path, upstream: Upstream, **settings: object) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = directory / "serve.log"
        limits = {"LLM_FIRST_TEXT_LIMIT_S": 30, "LLM_SILENCE_LIMIT_S": 30, "GRACE_S": 2}
        model = {"LLM_BASE_URL": upstream.url, "LLM_MODEL": "fake/model", "LLM_TITLES": 0}
        self.environment = site_environment(directory, PORT=self.port, **{**limits, **model, **settings})
        self._people: list[Person] = []
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Site":
        before = self.said
        with self.log.open("ab") as log:
            command = [sys.executable, "manage.py", "serve", *([] if before else ["--prepare"])]
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        ready = wait_for(lambda: "Ctrl+C ends it." in self.said[len(before) :], limit_s=START_LIMIT_S)
        assert ready, f"the site did not start: {self.said}"
        return self

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
        """Return somebody who is signed in and whom no other walk has met."""
        if not self._people:
            self._people = self._make_people(100, 24)
        name = "staff-" if staff else "person-"
        person = next(person for person in self._people if person.name.startswith(name))
        self._people.remove(person)
        return person

    def _make_people(self, count: int, staff: int) -> list[Person]:
        command = [sys.executable, "-m", "tests.browser.people", str(count), str(staff)]
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "chatsite.settings"}
        made = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
        return [Person(name, session) for name, session in json.loads(made.stdout)]

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Look into the database of the site, or change what a walk needs changed behind its back."""
        with closing(sqlite3.connect(self.directory / "chat.sqlite3", timeout=10)) as database, database:
            return database.execute(statement, values).fetchall()
