"""Disks that can be filled: a small one of its own, and a limit that only one process meets."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.served.site import Site

SIZE_MIB = 24
BLOCK = b"\0" * 65_536


class SmallDisk:
    """A file system in memory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._filler = directory / "filler"

    def fill(self, site: Site) -> None:
        # What was written to the log and moved into the database leaves room for more.
        site.query("PRAGMA wal_checkpoint(TRUNCATE)")
        with suppress(OSError), self._filler.open("ab", buffering=0) as file:
            while file.write(BLOCK) == len(BLOCK):
                pass

    def free(self, site: Site) -> None:
        self._filler.unlink()


class Quota:
    """No file of the site may grow: what a quota does, without asking for root."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def fill(self, site: Site) -> None:
        largest = max(file.stat().st_size for file in self.directory.glob("chat.sqlite3-wal"))
        resource.prlimit(site.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    def free(self, site: Site) -> None:
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(site.pid, resource.RLIMIT_FSIZE, unlimited)


@contextmanager
def small_disk(directory: Path) -> Iterator[SmallDisk]:
    """Mount one at `directory`; the test is skipped where that is not allowed."""
    directory.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", str(directory)]
    if os.geteuid() != 0 or subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("a small disk cannot be mounted here: that takes root")
    try:
        yield SmallDisk(directory)
    finally:
        subprocess.run(["umount", "-l", str(directory)], check=True)
