"""The model that answers when no key and no address are set: a process on loopback, kept alive by `serve`."""

import http.client
import logging
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from os import getpid
from pathlib import Path

from conversations.management import llama_server, stand_in

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 60.0
HEALTH_EVERY_S = 5.0
HEALTH_LIMIT_S = 10.0
HEALTH_FAILURES = 3
STEADY_S = 60.0
LONGEST_PAUSE_S = 60.0
GIVE_UP_AFTER = 3  # starts of the real model that failed, before the stand-in takes its place

logger = logging.getLogger(__name__)


class LocalModel:
    """One model server on 127.0.0.1:`port`, started again, after growing pauses, when it ends or hangs."""

    def __init__(self, port: int, *, log_file: Path, module: str | None = None) -> None:
        self.port = port
        self.module = module or (llama_server.__name__ if llama_server.weights() else stand_in.__name__)
        self.log_file = log_file
        self._ready = threading.Event()
        self._ending = threading.Event()
        # The thread that starts the child must outlive it: Linux takes that thread's end for the parent's.
        self._thread = threading.Thread(target=self._keep_running, name="local-model", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return stand_in.NAME if self.module == stand_in.__name__ else llama_server.NAME

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        if self._process:
            self._process.terminate()
        self._thread.join()

    def wait_until_ready(self, limit_s: float) -> bool:
        return self._ready.wait(limit_s)

    def _keep_running(self) -> None:
        failures = 0
        while not self._ending.is_set():
            started = time.monotonic()
            self._process = process = self._spawn()
            self._watch(process)
            end(process)
            if self._ending.is_set():
                return
            failures = 1 if time.monotonic() - started > STEADY_S else failures + 1
            if failures >= GIVE_UP_AFTER and self.module == llama_server.__name__:
                logger.error("The local model does not start here; a scripted stand-in takes its place.")
                self.module, failures = stand_in.__name__, 0
                continue
            pause_s = min(2.0 ** (failures - 1), LONGEST_PAUSE_S)
            logger.warning(
                "The local model ended (%s); it starts again in %d s.", process.returncode, pause_s
            )
            self._ending.wait(pause_s)

    def _spawn(self) -> subprocess.Popen[bytes]:
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", self.module, str(self.port), str(getpid())]
        with self.log_file.open("wb") as log:
            # An empty environment: foreign code has no business with our keys and passwords.
            return subprocess.Popen(  # noqa: S603 - our own module
                command, cwd=ROOT, env={}, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Return when `process` has ended, when it is not well, or when we are asked to stop."""
        failures, start_by = 0, time.monotonic() + START_LIMIT_S
        while not self._ending.is_set() and process.poll() is None:
            if is_healthy(self.port):
                failures = 0
                self._ready.set()
            elif self._ready.is_set():
                failures += 1
            if failures >= HEALTH_FAILURES or (not self._ready.is_set() and time.monotonic() > start_by):
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(HEALTH_EVERY_S if self._ready.is_set() else 0.1)
        self._ready.clear()


def is_healthy(port: int) -> bool:
    with (
        suppress(OSError, http.client.HTTPException),
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=HEALTH_LIMIT_S)) as connection,
    ):
        connection.request("GET", "/health")
        with connection.getresponse() as answer:
            return answer.status == http.client.OK
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
