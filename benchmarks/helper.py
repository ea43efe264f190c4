"""A process that works for a benchmark: it gets a job, says line by line how it goes, answers at the end."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO

from .processes import ROOT


class Helper:
    """`python -m <module>`, which reads its job and speaks to us through pipes."""

    def __init__(self, module: str, job: Mapping[str, object]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._tell(job)

    def lines(self) -> Iterator[str]:
        for line in pipe(self.process.stdout):
            yield line.strip()

    def answer(self, word: object = None) -> str:
        """Say a last word to it, and return what it then answers."""
        self._tell(word)
        answer = pipe(self.process.stdout).read()
        if self.process.wait():
            raise RuntimeError(f"{self.process.args!r} failed.")
        return answer

    def _tell(self, word: object) -> None:
        print(json.dumps(word), file=pipe(self.process.stdin), flush=True)


@contextmanager
def helper(module: str, job: Mapping[str, object]) -> Iterator[Helper]:
    """Start one, and see to it that it is gone afterwards."""
    one = Helper(module, job)
    with one.process:
        try:
            yield one
        finally:
            one.process.kill()


def pipe(end: IO[str] | None) -> IO[str]:
    if end is None:
        raise RuntimeError("A helper has no pipes.")
    return end
