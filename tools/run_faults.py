"""`make faults`: what docs/promises.md states, tried as often as it is promised, on both databases.

`make faults ARGS="F1 F4"` tries these rows alone, `ARGS="L6 --soak-s 28800"` one for eight hours. What cannot
run on this machine is told with the reason. With `--write` the table goes into docs/promises.md.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.postgres import postgres

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "promises.md"
BEGIN, END = "<!-- `make faults` writes from here on -->", "<!-- to here -->"
HEAD = "| promise | what was tried | database | times | the worst that was seen | |\n" + "|---" * 6 + "|"
# A long test is one that takes long.
NEVER_GIVE_UP = ["-o", "faulthandler_timeout=0"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a test showed of a promise."""

    row: str
    name: str
    database: str
    outcome: str
    times: int
    figures: str
    why: str

    @property
    def line(self) -> str:
        words = self.name.removeprefix("test_").replace("_", " ")
        result = self.outcome if self.outcome == "passed" else f"{self.outcome.upper()}: {self.why}"
        cells = [self.row, words, self.database, str(self.times or "–"), self.figures or "–", result]
        return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"

    @property
    def place(self) -> tuple[str, int, str]:
        letter, number = self.row[:1], self.row[1:]
        return letter, int(number or 0), self.name


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    words = arguments().parse_args()
    os.environ |= {"FAULTS_LONG": "1", "FAULTS_SOAK_S": str(words.soak_s)}
    shown: list[Shown] = []
    with tempfile.TemporaryDirectory(prefix="chatsite-faults-", ignore_cleanup_errors=True) as directory:
        if words.on != "postgresql":
            shown += run("SQLite", Path(directory), words.rows, f"sqlite:///{directory}/chat.sqlite3")
        if words.on != "sqlite":
            with postgres() as url:
                shown += run("PostgreSQL", Path(directory), words.rows, url)
    table = "\n".join([HEAD, *(one.line for one in sorted(shown, key=lambda one: one.place))])
    print(f"\n{table}")
    if words.write:
        write(table)
    return int(not shown or any(one.outcome not in {"passed", "skipped"} for one in shown))


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make faults", description="Try what docs/promises.md states.")
    parser.add_argument("rows", nargs="*", type=row_name, help="promises, such as F1 L3; all without any")
    parser.add_argument("--on", choices=["sqlite", "postgresql"], help="one database alone")
    parser.add_argument("--soak-s", type=int, default=300, help="how many seconds of random faults")
    parser.add_argument("--write", action="store_true", help="put the table into docs/promises.md")
    return parser


def row_name(word: str) -> str:
    if not re.fullmatch(r"[A-Z]\d+", word):
        raise argparse.ArgumentTypeError(f"{word} is no promise; they are called F1, L3 …")
    return word


def run(database: str, directory: Path, rows: list[str], url: str) -> list[Shown]:
    """Run the long tests of `rows` on the database at `url`, and return what each showed."""
    print(f"\n=== {database} ===", flush=True)
    data, told = directory / database, directory / f"{database}.json"
    data.mkdir()
    environment = os.environ | {"DATABASE_URL": url, "DATA_DIR": str(data), "FAULTS_TOLD": str(told)}
    chosen = " or ".join(f"promise(row='{row}')" for row in rows) or "promise"
    command = [sys.executable, "-m", "pytest", "-v", "-m", chosen, *NEVER_GIVE_UP, "tests/faults"]
    subprocess.run(command, cwd=ROOT, env=environment, check=False)
    found = json.loads(told.read_text()) if told.exists() else []
    return [Shown(database=database, **one) for one in found if not is_elsewhere(one["why"])]


def is_elsewhere(why: str) -> bool:
    """Whether a test was skipped because it is about the other database: that one shows it."""
    return why.endswith("(the other database shows it)")


def write(table: str) -> None:
    text = DOCUMENT.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")


if __name__ == "__main__":
    sys.exit(main())
