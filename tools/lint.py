"""`make lint` and `make fix`: every check that needs no test run, all of them even when one fails."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: dict[str, list[str | Path]] = {
    "style": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "templates": [BIN / "djlint", "templates", "--lint", "--quiet"],
    "types": [BIN / "mypy"],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "production": [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}
FIXES: dict[str, list[str | Path]] = {
    "style": [BIN / "ruff", "check", "--fix", "."],
    "format": [BIN / "ruff", "format", "."],
}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="chatsite-lint-") as directory:
        environment = os.environ | production(directory)
        commands = FIXES if "--fix" in sys.argv else CHECKS
        failed = [name for name, command in commands.items() if not passes(name, command, environment)]
    print(f"\n{'Failed: ' + ', '.join(failed) if failed else 'All clean.'}")
    return int(bool(failed))


def production(directory: str) -> dict[str, str]:
    """A site as it would stand on the internet, so that the checks for one have something to look at."""
    return {
        "ENV_FILE": os.devnull,
        "DATA_DIR": directory,
        "DATABASE_URL": f"sqlite:///{directory}/chat.sqlite3",
        "SECRET_KEY": "an-example-that-is-never-served-but-long-enough-for-the-checks-to-pass",
        "SITE_URL": "https://chat.example.org",
        "ALLOWED_HOSTS": "chat.example.org",
        "BEHIND_PROXY": "1",
        "AIMLAPI_API_KEY": "an-example",
        "DEBUG": "0",
    }


def passes(name: str, command: list[str | Path], environment: dict[str, str]) -> bool:
    print(f"--- {name}", flush=True)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
