"""The site as it is served: its own processes, its own data, made once and copied for each benchmark."""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict

from .postgres import Postgres
from .processes import Server, free_port, run, serving

SECRET_KEY = secrets.token_urlsafe(48)
OURS = ("AIMLAPI_", "LLM_", "DATABASE_", "DJANGO_", "SECRET_", "SITE_", "PLAIN_STATIC", "ANSWERS_", "WORKERS")
READY = "Ctrl+C ends it."
PREPARE = "from conversations.management.preparing import prepare; prepare()"


class Seeded(TypedDict):
    """Who may sign in, by name or by the key of a session, and one conversation of each of them."""

    names: list[str]
    sessions: list[str]
    conversations: list[str]


@dataclass(frozen=True, slots=True)
class Site:
    """A directory of data and the environment that its servers and its commands share."""

    data: Path
    env: dict[str, str]

    @contextmanager
    def served(self, *, workers: int = 1, **settings: str) -> Iterator[Server]:
        port = free_port()
        command = ("manage.py", "serve", "--port", str(port), "--workers", str(workers))
        with serving(
            *command,
            port=port,
            ready="/healthz",
            says=READY,  # the first of several processes answers before the last one is there
            directory=self.data,
            env=self.env | settings,
        ) as server:
            yield server

    def seed(self, people: int, *, name: str = "person", messages: int = 0, others: int = 0) -> Seeded:
        """Add people with a session each, a conversation of `messages`, and `others` in the side bar."""
        command = ["-m", "benchmarks.seed", name, str(people), str(messages), str(others)]
        seeded: Seeded = json.loads(run(command, env=self.env))
        return seeded


@contextmanager
def new_site(
    *, upstream_url: str, model: str, postgres: Postgres | None = None, **settings: str
) -> Iterator[Site]:
    """Yield a site with empty tables whose answers come from `model` at `upstream_url`."""
    with tempfile.TemporaryDirectory(prefix="chat-bench-") as directory:
        data = Path(directory) / "data"
        shutil.copytree(prepared_data().name, data)
        env = environment(data) | {"LLM_BASE_URL": f"{upstream_url}/v1", "LLM_MODEL": model, **settings}
        if postgres is not None:
            env["DATABASE_URL"] = postgres.url_of(postgres.create(like=prepared_database(postgres)))
        yield Site(data, env)


@cache
def prepared_data() -> tempfile.TemporaryDirectory[str]:
    """Migrate and collect static files once; what a process is done with goes with it."""
    directory = tempfile.TemporaryDirectory(prefix="chat-bench-data-")
    prepare(environment(Path(directory.name)))
    return directory


@cache
def prepared_database(postgres: Postgres) -> str:
    """Migrate once, and return the name of the database to copy."""
    name = postgres.create()
    prepare(environment(Path(prepared_data().name)) | {"DATABASE_URL": postgres.url_of(name)})
    return name


def prepare(env: dict[str, str]) -> None:
    run(["manage.py", "shell", "--verbosity", "0", "-c", PREPARE], env=env)


def environment(data: Path) -> dict[str, str]:
    """Return a production site's environment: nothing of the caller's own settings is in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | {
        "DATA_DIR": str(data),
        "DJANGO_SETTINGS_MODULE": "chatsite.settings",
        "ENV_FILE": os.devnull,
        "DEBUG": "0",
        "SECRET_KEY": SECRET_KEY,
        "ANSWERS_AT_ONCE": "250",
        # A title is a call of its own; the relays make none.
        "LLM_TITLES": "0",
        "LLM_BASE_URL": "http://127.0.0.1:9/v1",
        "GRACE_S": "5",
    }
