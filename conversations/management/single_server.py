"""SQLite is served by exactly one process: whoever holds the lock file. PostgreSQL needs none of this."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_EVERY_S = 0.1


class AnotherServer(Exception):
    """A second server process asked for a database that the first one still serves."""


@contextmanager
def only_server(lock_file: Path, *, wait_s: float) -> Iterator[None]:
    """Hold `lock_file` while the block runs; raise AnotherServer when another keeps it longer than `wait_s`.

    The wait is for a deploy, where the process before us is still finishing its answers. The system lets go
    of the lock when a process ends in whatever way, so that there is never a stale one.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a+") as file:
        give_up_at = time.monotonic() + wait_s
        while not _take(file.fileno()):
            if time.monotonic() >= give_up_at:
                file.seek(0)
                raise AnotherServer(f"process {file.read().strip() or 'unknown'}")
            time.sleep(LOOK_EVERY_S)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
