"""The upstream double as a process of its own: it can be killed, and it is never what slows a site down."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TypedDict

import httpx

from conversations.management.local_model import ROOT
from tests.conversations.management.processes import free_port

from .page import NO_TLS

# Its script is named by the first word of each question: `words-200@50 says Ada`, `error-503x2 says Bob`.
MODEL = "fake/asked-for"


class Stats(TypedDict):
    requests: int
    open: int
    finished: int
    left: int
    last_left: float
    listed: int  # how often the list of models was asked for
    models: dict[str, int]  # how often each question came
    over: dict[str, float]  # time.monotonic() when its last answer was over, or left


class Upstream:
    """One double, which can be stopped and started again at the same address."""

    def __init__(self) -> None:
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def start(self) -> "Upstream":
        command = [sys.executable, "-m", "conversations.management.fake_llm", str(self._port)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        self._process.stdout.close()
        assert ready, "the upstream double did not start"
        return self

    def stop(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stats(self) -> Stats:
        answer = httpx.get(f"{self.url}/stats", trust_env=False, verify=NO_TLS)
        stats: Stats = answer.raise_for_status().json()
        return stats

    def times_asked(self, question: str) -> int:
        return self.stats()["models"].get(question, 0)
