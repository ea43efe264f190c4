"""The whole site as one process: `manage.py serve`."""

import asyncio
import errno
import os
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.first_admin import setup_path
from conversations.management.local_model import LocalModel
from conversations.management.preparing import prepare
from conversations.management.single_server import AnotherServer, only_server

MODEL_START_LIMIT_S = 20
# Those who follow an answer leave at the signal, and running answers are drained after this (GRACE_S): here
# only requests of moments are waited for.
REQUEST_GRACE_S = min(5, settings.GRACE_S)


class Command(BaseCommand):
    help = "Serve the site, and the local model when no other one is set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on (PORT)")
        parser.add_argument("--prepare", action="store_true", help="migrate and collect static files first")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        # A deploy's SIGTERM ends the site as Ctrl+C does, through every `finally`.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        move_local_model_to_a_free_port()
        listener = listen(host, port)
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
        try:
            with sole_use_of_sqlite(), local_model() as model:
                if options["prepare"]:
                    prepare()
                Site(configuration(), self.greeting(listener), model).run(sockets=[listener])
        except AnotherServer as other:
            raise CommandError(
                f"This SQLite database is served by another process already ({other}), and it is served by "
                "exactly one. Stop that one, or set DATABASE_URL to a PostgreSQL server."
            ) from None
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


class Site(uvicorn.Server):
    """uvicorn that says where the site is once it can be opened, and not before."""

    def __init__(self, config: uvicorn.Config, greeting: list[str], model: LocalModel | None) -> None:
        super().__init__(config)
        self.greeting = greeting
        self.model = model

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            lines = [*self.greeting, await asyncio.to_thread(who_answers, self.model), "  Ctrl+C ends it.\n"]
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()


def configuration() -> uvicorn.Config:
    return uvicorn.Config(
        "chatsite.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=settings.BEHIND_PROXY,
        forwarded_allow_ips=settings.TRUSTED_PROXIES,
        timeout_graceful_shutdown=REQUEST_GRACE_S,
    )


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
