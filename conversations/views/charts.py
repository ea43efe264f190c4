"""Bar charts as plain numbers: where each bar of a picture stands. The picture is drawn by a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from conversations.services.reporting import Line

# Whole numbers: a fraction would be written with a comma where people write one.
WIDTH, HEIGHT = 7_200, 1_400


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in two tones: `lower` stands on the ground, `upper` on that."""

    line: Line
    x: int
    width: int
    lower_y: int
    lower: int
    upper_y: int
    upper: int


@dataclass(frozen=True, slots=True)
class Chart:
    bars: Sequence[Bar]
    most: int | Decimal
    width: int = WIDTH
    height: int = HEIGHT


def chart_of_tokens(lines: Sequence[Line]) -> Chart:
    """Return a chart of what was read, and on it what was written."""
    most = max((line.tally.tokens for line in lines), default=0)
    return Chart(
        [
            bar(line, number, len(lines), most, line.tally.prompt_tokens, line.tally.completion_tokens)
            for number, line in enumerate(lines)
        ],
        most,
    )


def chart_of_money(lines: Sequence[Line]) -> Chart | None:
    """Return a chart of what it cost, or None when it cost nothing."""
    most = max(lines, key=lambda line: line.tally.cost, default=None)
    if most is None or not most.tally.cost:
        return None
    bars = [
        bar(line, number, len(lines), most.tally.cost, line.tally.cost, 0)
        for number, line in enumerate(lines)
    ]
    return Chart(bars, most.tally.usd)


def bar(line: Line, number: int, count: int, most: int, lower: int, upper: int) -> Bar:
    step = WIDTH // max(count, 1)
    low, high = (HEIGHT * value // most if most else 0 for value in (lower, upper))
    return Bar(
        line,
        x=number * step + step // 8,
        width=step * 3 // 4,
        lower_y=HEIGHT - low,
        lower=low,
        upper_y=HEIGHT - low - high,
        upper=high,
    )
