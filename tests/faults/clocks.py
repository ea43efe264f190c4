"""A clock that can be set, for one process: libfaketime stands between it and the kernel's."""

from pathlib import Path

import pytest

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/local/lib/faketime/libfaketimeMT.so.1")


LOOKS_EVERY_S = 1  # each look costs it a read of the file


class Clock:
    """What the process is given in its environment, and the file in which it looks for the time."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "clock"
        self._ahead_s = 0
        self.set_by(0)

    def set_by(self, seconds: int) -> None:
        """Set the clock by so much; its monotonic sister goes on as real ones do."""
        self._ahead_s += seconds
        self._file.write_text(f"{self._ahead_s:+d}\n")

    @property
    def environment(self) -> dict[str, object]:
        return {
            "LD_PRELOAD": library(),
            "FAKETIME_TIMESTAMP_FILE": self._file,
            "FAKETIME_CACHE_DURATION": LOOKS_EVERY_S,
            "FAKETIME_DONT_FAKE_MONOTONIC": 1,
            "FAKETIME_FORCE_MONOTONIC_FIX": 0,  # or every wait of a thread spins
        }


def library() -> Path:
    """Return libfaketime; the test is skipped where it is not installed."""
    found = [path for pattern in LIBRARIES for path in Path("/").glob(pattern.removeprefix("/"))]
    if not found:
        pytest.skip("libfaketime is not installed here (Debian's package is faketime)")
    return found[0]
