"""Real server processes: on free ports, measured with their children through /proc, ended by their pid."""

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT_S = 60.0
END_LIMIT_S = 15.0
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Server:
    """A process that listens on 127.0.0.1:`port`."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log_file: Path) -> None:
        self.process = process
        self.port = port
        self.log_file = log_file

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cpu_s(self) -> float:
        """Processor time so far: all its threads, and all its children."""
        return cpu_s_of(family(self.process.pid))

    @property
    def peaks_mb(self) -> list[float]:
        """The most memory that it, and each of its children, ever held at once (VmHWM)."""
        return [peak_mb_of(pid) for pid in family(self.process.pid)]

    def wait_until_ready(self, path: str, says: str) -> None:
        """Wait until something answers at `path`, and until all of it is there: then it `says` so."""
        until = time.monotonic() + START_LIMIT_S
        while time.monotonic() < until and self.process.poll() is None:
            if says in self.log_file.read_text() and self._answers(path):
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self.process.args!r} did not start:\n{self.log_file.read_text()[-2000:]}")

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5):  # noqa: S310 - our own http address
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def serving(
    *command: str,
    port: int,
    ready: str,
    says: str = "",
    directory: Path,
    env: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run `python <command>` until it answers at `ready` and `says` that it is, and end it afterwards."""
    log_file = directory / f"{port}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    server = Server(process, port, log_file)
    try:
        server.wait_until_ready(ready, says)
        yield server
    finally:
        server.end()


@contextmanager
def upstream(directory: Path) -> Iterator[Server]:
    """Serve the upstream double; the name of the model chooses what it plays."""
    port = free_port()
    command = ("-m", "conversations.management.fake_llm", str(port))
    with serving(*command, port=port, ready="/health", directory=directory) as server:
        yield server


def family(pid: int) -> list[int]:
    """Return `pid`, its children, their children and so on, as they are now."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):  # it ended while we looked
                parents[int(entry.name)] = parent_of(int(entry.name))
    found = [pid]
    for one in found:
        found.extend(child for child, parent in parents.items() if parent == one)
    return found


def parent_of(pid: int) -> int:
    return int(fields_of(pid)[1])


def cpu_s_of(pids: Sequence[int]) -> float:
    """Return the processor time of all of them, and of the children that they have waited for."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            ticks += sum(int(field) for field in fields_of(pid)[11:15])
    return ticks / TICKS_A_SECOND


def peak_mb_of(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def fields_of(pid: int) -> list[str]:
    """Return what follows the name in /proc/…/stat: field 3 of proc(5) is the first."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def run(command: Sequence[str], *, env: Mapping[str, str]) -> str:
    """Return what `python <command>` prints."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def free_port() -> int:
    """Return a port of those that no connection is given, so that none takes it while its server is away."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
