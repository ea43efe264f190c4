"""What a promise came to: how often it was tried, and the worst that was seen."""

import os
from collections.abc import Iterator

# tools/run_faults.py sets it: then everything is done as often, and for as long, as is promised.
IS_LONG = bool(os.environ.get("FAULTS_LONG"))
SOAK_S = int(os.environ.get("FAULTS_SOAK_S", "300"))


# An ordinary run shares its machine with other tests, and there it is not the figure that counts.
SLACK = 1 if IS_LONG else 3


class Figures:
    """The figures of one test, told to pytest as they come; tools/run_faults.py makes its table of them."""

    def __init__(self, told: list[tuple[str, object]]) -> None:
        self._told, self._before = told, list(told)
        self._worst: dict[str, tuple[float, str]] = {}
        self._tries = 0

    def times(self, short: int, *, long: int) -> Iterator[int]:
        """Yield the number of each try; they are counted."""
        for number in range(long if IS_LONG else short):
            yield number
            self.tried()

    def tried(self, times: int = 1) -> None:
        self._tries += times
        self._tell()

    def worst(self, what: str, value: float, unit: str = "s", *, at_most: float | None = None) -> None:
        """Keep `value` if it is the worst so far, and assert its bound: of seconds loosely in a short run."""
        known, _ = self._worst.get(what, (value, unit))
        self._worst[what] = max(known, value), unit
        self._tell()
        if at_most is not None:
            bound = at_most * SLACK if unit == "s" else at_most
            assert value <= bound, f"{what}: {written(value, unit)}, not at most {written(bound, unit)}"

    def _tell(self) -> None:
        figures = [f"{what} {written(value, unit)}" for what, (value, unit) in self._worst.items()]
        self._told[:] = [*self._before, ("times", self._tries), ("figures", "; ".join(figures))]


def written(value: float, unit: str) -> str:
    return f"{value:,.2f} s" if unit == "s" else f"{value:,.0f} {unit}".strip()
