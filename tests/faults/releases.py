"""The code of the release before this one, to be run beside it."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from conversations.management.local_model import ROOT

MIGRATIONS = ":(glob)*/migrations/*.py"


def git(*words: str) -> str:
    asked = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    if asked.returncode:
        pytest.skip("the earlier releases are not here: this is no checkout of the repository")
    return asked.stdout.strip()


def release_before() -> str:
    """Return the newest tag, or the commit before tables last changed; skip when they are as they were."""
    tags = git("tag", "--merged", "HEAD", "--sort=-version:refname").split()
    changed = git("log", "-1", "--format=%H", "--", MIGRATIONS)
    release = tags[0] if tags else f"{changed}^"
    if not git("diff", "--name-only", release, "--", MIGRATIONS):
        pytest.skip(f"schema unchanged since {release[:12]}")
    return release


def unpack(release: str, directory: Path) -> Path:
    """Put the code of `release` into `directory`."""
    archive = subprocess.run(["git", "archive", release], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(directory, filter="data")
    return directory
