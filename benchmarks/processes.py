"""Real server processes: started on a free port, measured through /proc, ended by their pid."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
        """Processor time of all its threads so far, and of the children it has waited for."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(ticks) for ticks in fields[11:15]) / TICKS_A_SECOND

    @property
    def peak_memory_mb(self) -> float:
        """The most memory that it ever held at once (VmHWM)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    def wait_until_ready(self, path: str) -> None:
        until = time.monotonic() + START_LIMIT_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.url + path, timeout=5):  # noqa: S310 - our own http address
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.process.args!r} did not start:\n{self.log_file.read_text()[-2000:]}")

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def serving(
    *command: str, port: int, ready: str, directory: Path, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run `python <command>` until it answers at `ready`, and end it afterwards."""
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
        server.wait_until_ready(ready)
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


def run(command: Sequence[str], *, env: Mapping[str, str]) -> str:
    """Return what `python <command>` prints."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
