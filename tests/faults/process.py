"""What the kernel says of a process."""

import os
from pathlib import Path

from tests.served.site import Site

TICKS = os.sysconf("SC_CLK_TCK")


def processor_s(site: Site) -> float:
    """Return how many seconds of a processor it has used."""
    fields = Path(f"/proc/{site.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(site: Site) -> float:
    return status(site, "VmRSS") / 1024


def threads(site: Site) -> int:
    return status(site, "Threads")


def status(site: Site, name: str) -> int:
    lines = Path(f"/proc/{site.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def open_files(site: Site) -> list[str]:
    """Return what its descriptors are of; a socket is `socket:[…]`."""
    return [target(handle) for handle in Path(f"/proc/{site.pid}/fd").iterdir()]


def target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except OSError:  # closed since
        return ""
