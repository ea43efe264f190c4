"""The database of a served site, seen from outside: SQLite in a file, or one of its own in PostgreSQL."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

from conversations.management.local_model import ROOT
from tests.conversations.management.processes import site_environment

PEOPLE, STAFF = 300, 24
WAIT_S = 30
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in."""

    name: str
    session: str


class Database:
    """What sites store, and the people who are there; several sites may share it."""

    def __init__(self, url: str, directory: Path) -> None:
        self.url = url
        self.directory = directory
        self.is_prepared = False
        self._people: list[Person] = []

    @classmethod
    def sqlite(cls, directory: Path) -> "Database":
        return cls(f"sqlite:///{directory / 'chat.sqlite3'}", directory)

    @classmethod
    def empty(cls, directory: Path) -> "Database":
        """Make a database of the kind that this test run is about."""
        server = os.environ["DATABASE_URL"]
        if server.startswith("sqlite"):
            return cls.sqlite(directory)
        database = cls(urlsplit(server)._replace(path=f"/faults_{uuid4().hex[:12]}").geturl(), directory)
        database._tell_server(f"CREATE DATABASE {database.name}")
        return database

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def kind(self) -> str:
        return "sqlite" if self.is_sqlite else "postgresql"

    @property
    def file(self) -> Path:
        assert self.is_sqlite
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def name(self) -> str:
        return urlsplit(self.url).path.removeprefix("/")

    def prepare(self) -> "Database":
        """Make the tables, and people who are signed in."""
        self._people += self._make_people()
        self.is_prepared = True
        return self

    def copy(self, directory: Path) -> "Database":
        """Return a database of its own with all that is here; nobody may be connected to this one."""
        if self.is_sqlite:
            copied = Database.sqlite(directory)
            with (
                closing(sqlite3.connect(self.file)) as source,
                closing(sqlite3.connect(copied.file)) as target,
            ):
                source.backup(target)
        else:
            copied = Database(
                urlsplit(self.url)._replace(path=f"/faults_{uuid4().hex[:12]}").geturl(), directory
            )
            self._tell_server(f"CREATE DATABASE {copied.name} TEMPLATE {self.name}")
        copied._people = list(self._people)
        copied.is_prepared = self.is_prepared
        return copied

    def drop(self) -> None:
        """Remove it, whoever is still connected."""
        if self.is_sqlite:
            for file in self.directory.glob(f"{self.file.name}*"):
                file.unlink()
        else:
            self._tell_server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def query(self, statement: str, *values: object) -> list[Row]:
        """Run a statement behind the site's back, with %s for each value, and return its rows."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.file, timeout=WAIT_S)) as connection, connection:
                asked = statement.replace("%s", "?").replace("%%", "%") if values else statement
                return connection.execute(asked, values).fetchall()
        with psycopg.connect(self.url, autocommit=True, connect_timeout=WAIT_S) as server:
            cursor = server.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def person(self, *, staff: bool = False) -> Person:
        """Return somebody who is signed in and whom no other test has met."""
        name = "staff-" if staff else "person-"
        if not any(person.name.startswith(name) for person in self._people):
            self._people += self._make_people()
        person = next(person for person in self._people if person.name.startswith(name))
        self._people.remove(person)
        return person

    def _make_people(self) -> list[Person]:
        command = [sys.executable, "-m", "tests.served.people", str(PEOPLE), str(STAFF)]
        settings = {"DATABASE_URL": self.url, "DJANGO_SETTINGS_MODULE": "chatsite.settings"}
        environment = site_environment(self.directory, **settings)
        made = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
        return [Person(name, session) for name, session in json.loads(made.stdout)]

    def _tell_server(self, statement: str) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(statement)
