"""`make lock`: resolve pyproject.toml anew into requirements/*.txt, for every platform, with hashes.

The network is needed, and uv: the one on PATH, or one installed for the moment.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = [
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--generate-hashes",
    "--python-version",
    "3.11",
    "--upgrade",
]
COMPILE += ["--no-header", "--no-emit-index-url", "--no-emit-find-links"]
LOCKS = {
    "run.txt": ["pyproject.toml"],
    "dev.txt": ["pyproject.toml", "--extra", "dev"],
    "local-model.txt": ["requirements/local-model.in", "--no-deps"],
}


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        uv = shutil.which("uv") or install_uv(Path(directory))
        for name, what in LOCKS.items():
            print(f"Resolving requirements/{name} ...", flush=True)
            subprocess.run([uv, *COMPILE, "-o", f"requirements/{name}", *what], cwd=ROOT, check=True)


def install_uv(directory: Path) -> str:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", str(directory), "uv"], check=True)
    return str(directory / "bin" / "uv")


if __name__ == "__main__":
    main()
