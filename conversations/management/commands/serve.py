"""The whole site: `manage.py serve`, as one process or, on PostgreSQL, as several."""

import asyncio
import errno
import os
import signal
import socket
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from accounts.first_admin import setup_path
from conversations.management.local_model import LocalModel
from conversations.management.preparing import prepare
from conversations.management.single_server import AnotherServer, only_server

APPLICATION, WORKER = "chatsite.asgi:application", "chatsite.worker:application"
FIRST_GIVEN_SOCKET = 3
START_LIMIT_S = 30
MODEL_START_LIMIT_S = 20
A_DAY_S = 24 * 60 * 60
# Those who follow an answer leave at the signal, and running answers are drained after this (GRACE_S): here
# only requests of moments are waited for.
REQUEST_GRACE_S = min(5, settings.GRACE_S)
# Longer than proxies and clients keep an idle line (nginx: 60 s): were it ended here first, a request that is
# on its way at that moment would be lost.
IDLE_LINE_S = 75


class Command(BaseCommand):
    help = "Serve the site, and the local model when no other one is set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on (PORT)")
        parser.add_argument("--workers", type=int, default=settings.WORKERS, help="processes (WORKERS)")
        parser.add_argument("--prepare", action="store_true", help="migrate and collect static files first")

    def handle(self, *args: Any, host: str, port: int, workers: int, **options: Any) -> None:
        refuse_impossible(workers)
        begin_with_approval_where_others_reach(host)
        # A deploy's SIGTERM ends the site as Ctrl+C does, through every `finally`.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        move_local_model_to_a_free_port()
        listener = given_listener() or listen(host, port)
        keep_uploads_beside_the_data()
        try:
            with sole_use_of_sqlite(), local_model() as model:
                if options["prepare"]:
                    prepare()
                greeting = Greeting(self.greeting(listener), model)
                if workers == 1:
                    Site(configuration(), greeting).run(sockets=[listener])
                else:
                    run_workers(configuration(WORKER, workers), greeting, listener)
        except AnotherServer as other:
            raise CommandError(
                f"This SQLite database is served by another process already ({other}), and it is served by "
                "exactly one. Stop that one, or set DATABASE_URL to a PostgreSQL server."
            ) from None
        except OperationalError as problem:
            raise CommandError(f"The database cannot be reached: {problem}") from None
        except KeyboardInterrupt:
            self.stdout.write("")

    def greeting(self, listener: socket.socket) -> list[str]:
        host, port = listener.getsockname()[:2]
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)  # noqa: S104
        link = settings.SITE_URL or f"http://{host}:{port}"
        lines = [f"\n  {settings.SITE_NAME} is ready: {link}/"]
        if path := setup_path():
            lines.append(f"  Become its first administrator (this link works once): {link}{path}")
        return lines


def begin_with_approval_where_others_reach(host: str) -> None:
    """Let `--host` decide as HOST does how sign-up begins; other processes read it from the environment."""
    if host not in settings.LOOPBACK and not os.environ.get("SIGNUP"):
        settings.SIGNUP = os.environ["SIGNUP"] = "approval"


class Greeting:
    """What is said once the site can be opened, and not before."""

    def __init__(self, lines: list[str], model: LocalModel | None) -> None:
        self.lines = lines
        self.model = model

    def say(self) -> None:
        lines = [*self.lines, who_answers(self.model), "  Ctrl+C ends it.\n"]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


class Site(uvicorn.Server):
    """The site in this process."""

    def __init__(self, config: uvicorn.Config, greeting: Greeting) -> None:
        super().__init__(config)
        self.greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            await asyncio.to_thread(self.greeting.say)


class Workers(Multiprocess):
    """The site in several processes: one that ends is started again, SIGHUP replaces one after the other."""

    def __init__(self, config: uvicorn.Config, greeting: Greeting, listener: socket.socket) -> None:
        super().__init__(config, [listener])
        self.greeting = greeting
        for number in (signal.SIGINT, signal.SIGTERM):
            # Heard at once, also in the middle of a reload, which waits for one process after the other.
            signal.signal(number, lambda *_: self.end())

    def init_processes(self) -> None:
        super().init_processes()
        if all(process.wait_until_ready(START_LIMIT_S, self.should_exit) for process in self.processes):
            self.greeting.say()

    def end(self) -> None:
        """Let every process drain; what the supervisor is in the middle of sees it and comes to its end."""
        self.should_exit.set()
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.kill(process.pid or 0, signal.SIGTERM)

    def terminate_all(self) -> None:
        # While they drain, nobody is there for whoever still comes.
        for listener in self.sockets:
            listener.close()
        super().terminate_all()


def run_workers(config: uvicorn.Config, greeting: Greeting, listener: socket.socket) -> None:
    with tempfile.TemporaryDirectory(prefix="chat-metrics-") as directory:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
        workers = Workers(config, greeting, listener)
        workers.run()
    if any(process.exitcode == STARTUP_FAILURE for process in workers.processes):
        raise CommandError("The processes of the site could not start; the lines above say why.")


def refuse_impossible(workers: int) -> None:
    if workers < 1:
        raise CommandError(f"WORKERS must be 1 or more, not {workers}.")
    if workers > 1 and settings.SQLITE:
        raise CommandError(
            f"SQLite is served by exactly one process, not {workers}. "
            "Leave WORKERS at 1, or set DATABASE_URL to a PostgreSQL server."
        )


def configuration(application: str = APPLICATION, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        workers=workers,
        timeout_worker_healthcheck=START_LIMIT_S,
        loop="uvloop",
        http="chatsite.protocol:Protocol",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=settings.BEHIND_PROXY,
        forwarded_allow_ips=settings.TRUSTED_PROXIES,
        timeout_keep_alive=IDLE_LINE_S,
        timeout_graceful_shutdown=REQUEST_GRACE_S,
    )


def keep_uploads_beside_the_data() -> None:
    """Let what comes in and is large wait in DATA_DIR: elsewhere the disk may be small, or be memory."""
    directory = Path(settings.DATA_DIR) / "uploads"
    directory.mkdir(parents=True, exist_ok=True)
    for left in directory.glob("*.upload*"):  # by a process that was killed
        if time.time() - left.stat().st_mtime > A_DAY_S:
            left.unlink(missing_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(directory)


def given_listener() -> socket.socket | None:
    """Return the socket that systemd holds open for us across restarts (a .socket unit), if there is one."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    return socket.socket(fileno=FIRST_GIVEN_SOCKET)


def listen(host: str, port: int) -> socket.socket:
    """Take the port first of all, so that a taken one is said before anything else is touched."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Whoever opens the link while we prepare waits for a moment instead of being turned away.
        listener.listen(2048)
    except OverflowError:
        raise CommandError(f"PORT must be between 0 and 65535, not {port}.") from None
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} is in use already. Stop what uses it, or choose another: PORT={port + 1}"
            ) from None
        raise CommandError(f"The site cannot listen on {host}:{port}: {problem.strerror}.") from None
    return listener


@contextmanager
def sole_use_of_sqlite() -> Iterator[None]:
    if not settings.SQLITE:
        yield
        return
    lock_file = Path(f"{settings.DATABASES['default']['NAME']}.served")
    with only_server(lock_file, wait_s=settings.GRACE_S + 2 * REQUEST_GRACE_S):
        yield


@contextmanager
def local_model() -> Iterator[LocalModel | None]:
    if not settings.LLM_LOCAL:
        yield None
        return
    model = LocalModel(settings.LLM_LOCAL_PORT, log_file=Path(settings.DATA_DIR) / "local_model.log")
    model.start()
    try:
        yield model
    finally:
        model.stop()


def move_local_model_to_a_free_port() -> None:
    """Begin again with another LLM_LOCAL_PORT when some other program has it."""
    if not settings.LLM_LOCAL or is_free(settings.LLM_LOCAL_PORT):
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        os.environ["LLM_LOCAL_PORT"] = str(probe.getsockname()[1])
    # Settings are read once, at the start of a process; this is the plain way to have them read anew.
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - our own command line


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def who_answers(model: LocalModel | None) -> str:
    if model is None:
        return f"  Answers come from {settings.LLM_MODEL}."
    if not model.wait_until_ready(MODEL_START_LIMIT_S):
        return f"  The local model is still starting; {model.log_file} says how it goes."
    return f"  Answers come from {model.name}, on this machine. Set AIMLAPI_API_KEY to talk to Claude."
