"""Real processes for the tests of `serve`: a site of its own under a temporary directory."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from conversations.management.local_model import ROOT


def free_port() -> int:
    """Return a port of those that no connection is given, so that none takes it while its server is away."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def wait_for(condition: Callable[[], object], *, limit_s: float = 30) -> bool:
    """Look until `condition` holds; for what other processes do, where there is nothing to wait on."""
    give_up_at = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.02)
    return True


def site_environment(data_dir: Path, **settings: object) -> dict[str, str]:
    """A site on SQLite whose model is refused at once, unless `settings` say otherwise."""
    ours = {
        "DATA_DIR": data_dir,
        "DATABASE_URL": f"sqlite:///{data_dir}/chat.sqlite3",
        "LLM_BASE_URL": "http://127.0.0.1:9/v1",
        "PYTHONUNBUFFERED": 1,
        **settings,
    }
    return os.environ | {name: str(value) for name, value in ours.items()}


@contextmanager
def served(data_dir: Path, *words: str, **settings: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "manage.py", "serve", *words]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=site_environment(data_dir, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
