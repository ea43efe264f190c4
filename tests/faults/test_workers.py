"""A site in several processes under one parent: `serve --workers`."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conversations.management.local_model import ROOT
from tests.conversations.management.processes import free_port, served, wait_for
from tests.served.site import Site

from .invariants import check, wait_until_quiet

several = pytest.mark.skipif(
    os.environ["DATABASE_URL"].startswith("sqlite"), reason="SQLite is served by exactly one process"
)


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.fixture
def two(new_site) -> Site:
    return new_site(WORKERS=2, METRICS_TOKEN="a-token").start()


@several
def test_a_worker_that_dies_is_replaced_and_the_site_answers_meanwhile(two, visit):
    killed, other = sorted(two.workers)
    os.kill(killed, signal.SIGKILL)

    assert wait_for(lambda: len(two.workers - {killed}) == 2)
    assert other in two.workers
    page = visit(two)
    assert page.ask("words-5@0 after a death").wait_for_end().shown.status == "done"


@several
def test_a_reload_replaces_every_worker_and_refuses_nobody(two, visit):
    before = two.workers
    page = visit(two)
    answer = page.ask("words-60@40 across a reload").wait_for_words(5)

    os.kill(two.pid, signal.SIGHUP)
    asked = 0
    with httpx.Client(timeout=20) as client:
        while two.workers & before:
            assert client.get(f"{two.url}/healthz", headers={"Connection": "close"}).status_code == 200
            asked += 1

    assert asked > 10
    assert len(two.workers) == 2
    assert answer.wait_for_end().shown.status == "done"
    wait_until_quiet(two.database)
    check(two.database, [page], said=two.said)


@several
def test_workers_whose_parent_is_gone_drain_and_end(two):
    workers = two.workers
    two.kill()

    assert wait_for(lambda: not any(map(is_alive, workers)), limit_s=20)


@several
def test_what_the_processes_count_is_told_in_one_sum(two, visit):
    for number in range(4):
        visit(two).ask(f"words-5@0 for the count, {number}").wait_for_end()

    told = httpx.get(f"{two.url}/metrics", headers={"Authorization": "Bearer a-token"}).text
    assert 'chat_answers_total{problem="none",purpose="answer",status="done"} 4.0' in told


@several
def test_a_site_whose_processes_cannot_start_says_so(new_site):
    site = new_site(WORKERS=2)
    site.environment["DATABASE_URL"] = "postgres://nobody@127.0.0.1:9/nothing"
    site.begin()

    assert wait_for(lambda: not site.is_running, limit_s=60)
    assert "The database cannot be reached" in site.said
    assert "Traceback" not in site.said


@pytest.mark.parametrize("workers", [0, 2])
def test_sqlite_is_served_by_one_process_or_none(workers, tmp_path):
    with served(tmp_path, WORKERS=workers, PORT=free_port()) as process:
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert ("exactly one process, not 2" if workers else "must be 1 or more") in said
    assert "Traceback" not in said


# The first socket of ours is number 3, and the variable names the process that is meant.
AS_SYSTEMD = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.executable, [sys.executable, "manage.py", "serve"])
"""


@pytest.fixture
def held_socket() -> Iterator[socket.socket]:
    """A socket that the system holds open across restarts, as a .socket unit of systemd does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_a_socket_that_the_system_holds_is_taken_over(held_socket, new_site):
    site = new_site(PORT=held_socket.getsockname()[1])
    handle = held_socket.fileno()
    site.directory.mkdir()

    with site.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", AS_SYSTEMD, str(handle)],
            cwd=ROOT,
            env=site.environment,
            pass_fds=[handle],
            stdout=log,
            stderr=log,
        )
    try:
        # It waits in the system's queue until there is somebody to answer it.
        assert httpx.get(f"{site.url}/healthz", timeout=30).status_code == 200
    finally:
        process.terminate()
        process.wait(30)
    assert "in use already" not in site.said
