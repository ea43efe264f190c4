"""`make test`: all on SQLite, what knows of a database on PostgreSQL, walks in a browser, the local model.

Each is a pytest run of its own: settings are read once a process, so the database has to be there before,
and sync Playwright leaves an event loop behind. Further words go to pytest: `make test ARGS="-k window"`.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from conversations.management.llama_server import weights
from tools.chromium import find_chromium
from tools.postgres import postgres

ROOT = Path(__file__).resolve().parent.parent
PLAIN = "not browser and not local_model"
# What knows of no database says the same on any, and is asked once, on SQLite: rooms that may not know one
# (test_architecture.py), files, settings; what an upstream does to an answer (`make faults` has both), and
# sites that their tests give an SQLite of their own on either. tests/tools/test_run_tests.py looks at them.
PURE = (
    *("tests/conversations/llm", "tests/conversations/rendering", "tests/tools", "tests/oidc"),
    *("tests/test_architecture.py", "tests/test_checks.py", "tests/test_docs.py"),
    *("tests/faults/test_upstream.py", "tests/faults/test_upstream_memory.py"),
    *("tests/faults/test_upstream_unreachable.py", "tests/conversations/management/test_serve.py"),
    *(
        "tests/conversations/streaming/test_frames.py",
        "tests/conversations/services/transfer/test_records.py",
    ),
    "tests/conversations/services/attachments/test_inspecting.py",
)
CORES = max(1, min(4, os.cpu_count() or 1))
# A file's tests share its servers. Those are waited for more than they work; a browser works all the time.
BY_FILE = ["--dist", "loadfile"]
WAITING, WORKING = [*BY_FILE, "-n", str(CORES * 2)], [*BY_FILE, "-n", str(CORES)]
NOTHING_COLLECTED = 5
WORDS = ("failed", "passed", "skipped", "errors")


@dataclass(frozen=True, slots=True)
class Result:
    """What one pytest run came to; `skipped` says why it was not started at all."""

    name: str
    counts: dict[str, int]
    seconds: float
    failed: bool
    skipped: str = ""

    @property
    def words(self) -> str:
        if self.skipped:
            return f"skipped: {self.skipped}"
        told = [f"{self.counts[word]} {word}" for word in WORDS if self.counts[word] or word == "passed"]
        return f"{', '.join(told)} in {self.seconds:.1f}s" + (" (FAILED)" if self.failed else "")


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chatsite-tests-", ignore_cleanup_errors=True) as directory:
        runs = [on_sqlite, on_postgres, in_browser, with_local_model]
        results = [run(Path(directory), sys.argv[1:]) for run in runs]
    return report(results, time.monotonic() - started)


def on_sqlite(directory: Path, words: list[str]) -> Result:
    return run_pytest("SQLite", PLAIN, directory, [*WAITING, *words], f"sqlite:///{directory}/chat.sqlite3")


def on_postgres(directory: Path, words: list[str]) -> Result:
    try:
        with postgres() as url:
            pure = [f"--ignore={room}" for room in PURE]
            return run_pytest("PostgreSQL", PLAIN, directory, [*WAITING, *pure, *words], url)
    except (OSError, RuntimeError, ImportError, subprocess.SubprocessError) as problem:
        return skip("PostgreSQL", f"the embedded server does not start here ({problem})")


def in_browser(directory: Path, words: list[str]) -> Result:
    chromium = find_chromium()
    if not chromium:
        return skip("Browser", "no Chromium on this machine")
    os.environ["CHROMIUM"] = chromium
    words = [*WORKING, *only("tests/browser"), *words]
    return run_pytest("Browser", "browser", directory, words, f"sqlite:///{directory}/walks.sqlite3")


def with_local_model(directory: Path, words: list[str]) -> Result:
    if not weights():
        return skip("Local model", "its wheels do not exist for this machine", needed=False)
    words = [*only("tests/conversations/management/test_local_model.py"), *words]
    return run_pytest("Local model", "local_model", directory, words, f"sqlite:///{directory}/model.sqlite3")


def only(room: str) -> list[str]:
    """Have only `room` collected, unless the words name files: to import every test takes seconds."""
    return ["-o", f"testpaths={room}"]


def run_pytest(name: str, marker: str, directory: Path, words: list[str], database_url: str) -> Result:
    print(f"\n=== {name} ===", flush=True)
    data, counts = directory / name, directory / f"{name}.json"
    data.mkdir()
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(data),
        "TEST_COUNTS": str(counts),
        # Hundreds of processes are started: each would compile the site, and each worker all tests, anew.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-m", marker, *words]
    started = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    # With words of one's own a run may well have nothing to do; without them that is a mistake.
    failed = code not in ({0, NOTHING_COLLECTED} if sys.argv[1:] else {0})
    told = count(counts)
    missing = marker == "browser" and told["skipped"] and in_ci()
    return Result(name, told, time.monotonic() - started, failed or bool(missing))


def count(file: Path) -> dict[str, int]:
    """What tests/environment.py wrote at the end of a run; one that never came to its end passed nothing."""
    counted = json.loads(file.read_text()) if file.exists() else {}
    counts = {word: int(counted.get(word, 0)) for word in WORDS[:-1]}
    return counts | {WORDS[-1]: int(counted.get("error", 0))}


def skip(name: str, why: str, *, needed: bool = True) -> Result:
    """A part that cannot run here is reported; in CI it is a failure, since nobody reads reports there."""
    return Result(name, {}, 0.0, failed=needed and in_ci(), skipped=why)


def in_ci() -> bool:
    return bool(os.environ.get("CI"))


def report(results: list[Result], seconds: float) -> int:
    print()
    for result in results:
        print(f"{result.name:12} {result.words}")
    total = {word: sum(result.counts.get(word, 0) for result in results) for word in WORDS}
    summary = Result("all", total, seconds, failed=any(result.failed for result in results))
    print(f"{' ' + summary.words + ' ':=^100}")
    return int(summary.failed)


if __name__ == "__main__":
    sys.exit(main())
