import os
import subprocess
import sys
import threading

import pytest

from conversations.management.single_server import AnotherServer, only_server

HOLD = """
import sys
from pathlib import Path
from conversations.management.single_server import only_server
with only_server(Path(sys.argv[1]), wait_s=0):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_server_is_told_who_the_first_is(tmp_path):
    lock = tmp_path / "lock"
    with (
        only_server(lock, wait_s=0),
        pytest.raises(AnotherServer, match=f"process {os.getpid()}"),
        only_server(lock, wait_s=0),
    ):
        pass


def test_a_second_server_waits_while_the_first_finishes(tmp_path):
    lock = tmp_path / "lock"
    entered = threading.Event()

    def second():
        with only_server(lock, wait_s=30):
            entered.set()

    waiting = threading.Thread(target=second)
    with only_server(lock, wait_s=0):
        waiting.start()
        assert not entered.wait(0.3)
    waiting.join()
    assert entered.is_set()


def test_a_killed_server_leaves_no_lock_behind(tmp_path):
    lock = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "held\n"
        with pytest.raises(AnotherServer), only_server(lock, wait_s=0):
            pass
        first.kill()

    with only_server(lock, wait_s=5):
        assert lock.read_text() == f"{os.getpid()}\n"
