"""Measure what the documents state: `python -m benchmarks [name …]`; a missed bar is said, no error."""

import sys
import time
import traceback
from importlib import import_module

from .machine import describe

NAMES = ("rendering", "page", "queries", "streaming", "remote", "find", "transfer", "usage", "review")


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    print(f"{describe()}\n")
    began = time.monotonic()
    failed = [name for name in names or NAMES if not succeeds(name)]
    print(f"{time.monotonic() - began:.0f} s in all.")
    if failed:
        print(f"Not measured, for an error: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def succeeds(name: str) -> bool:
    """Run one benchmark; an error in it does not keep the others from being run."""
    try:
        import_module(f"benchmarks.{name}").main()
    except Exception:  # whatever it was, it is shown, and told by the exit status
        traceback.print_exc()
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
