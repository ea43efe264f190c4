"""Tables for a terminal that can be pasted into Markdown, and figures beside their bars."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure, and what it must not exceed."""

    what: str
    figure: float
    most: float
    unit: str = ""

    @property
    def is_met(self) -> bool:
        return self.figure <= self.most

    @property
    def row(self) -> list[str]:
        unit = f" {self.unit}" if self.unit else ""
        return [
            self.what,
            f"≤ {number(self.most)}{unit}",
            f"{number(self.figure)}{unit}",
            "met" if self.is_met else "MISSED",
        ]


def number(value: float) -> str:
    """Return `value` with about three digits that count."""
    if value != value:
        return "–"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table; the first column is text, the others are figures."""
    widths = [max(len(line[column]) for line in [head, *rows]) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        return f"| {' | '.join(padded)} |"

    rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    print("\n".join(line(cells) for cells in [head, rules, *rows]), end="\n\n", flush=True)


def print_bars(bars: Sequence[Bar]) -> None:
    print_table(["bar", "wanted", "measured", ""], [bar.row for bar in bars])


def median(values: Sequence[float]) -> float:
    return percentile(values, 50)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of `values` do not exceed; nan of nothing."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
