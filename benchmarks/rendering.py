"""What an answer costs to render as it streams, by its length: processor time, no server and no browser."""

from collections.abc import Callable
from time import thread_time

from conversations.rendering import GrowingAnswer, render_markdown

from .table import Bar, median, print_bars, print_table

PIECE = 4  # characters that come at once, about a token
PIECES_A_VIEW = 10
ROUNDS = 9

PROSE = (
    "The tide *rises* because the Moon pulls the near water a little more than the Earth, see"
    " [the article](https://example.org/tides) and `code`.\n\n## A heading\n\n- one\n- two\n- three\n\n"
    "```python\nfor moon in moons:\n    print(moon.pull)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
)
SHAPES: dict[str, Callable[[int], str]] = {
    "prose, code, lists, tables": lambda n: (PROSE * (16 * n * 1_000 // len(PROSE) + 1))[: 16_000 * n],
    "one list": lambda n: "".join(f"- item {i:04} with *some* words\n" for i in range(250 * n)),
    "one table": lambda n: (
        "| a | b |\n|---|---|\n" + "".join(f"| row {i:04} | *{i:04}* |\n" for i in range(250 * n))
    ),
    "one paragraph": lambda n: "word after *word* and " * (16_000 * n // 22),
    "one open block of code": lambda n: "```python\n" + "x = [1, 2, 3]\n" * (16_000 * n // 14),
}
MOST_TIMES = 4.5  # four times the length


def streamed(text: str) -> tuple[float, int]:
    """Return the processor seconds that `text` costs as it streams, and how often it was viewed."""
    answer, views = GrowingAnswer(), 0
    began = thread_time()
    for start in range(0, len(text), PIECE):
        answer.append(text[start : start + PIECE])
        if start // PIECE % PIECES_A_VIEW == 0:
            answer.view()
            views += 1
    answer.finish()
    return thread_time() - began, views


def main() -> None:
    print("Rendering as it streams: 4 characters at a time, a view every 40\n")
    rows: list[list[str]] = []
    bars: list[Bar] = []
    for make in SHAPES.values():  # what is loaded at first use is no part of the cost
        streamed(make(1))
    for shape, make in SHAPES.items():
        short, long = make(1), make(4)
        # In turn, so that whatever else runs hits both.
        rounds = [(streamed(short)[0], streamed(long)[0]) for _ in range(ROUNDS)]
        costs = {short: median([one for one, _ in rounds]), long: median([other for _, other in rounds])}
        frame = costs[short] / streamed(short)[1]
        began = thread_time()
        render_markdown(long)
        whole = thread_time() - began
        rows.append(
            [
                shape,
                *(f"{costs[t] * 1_000:,.0f} ms" for t in (short, long)),
                f"{frame * 1e3:.2f} ms",
                f"{whole * 1e3:,.0f} ms",
            ]
        )
        bars.append(Bar(f"{shape}: four times the length", costs[long] / costs[short], MOST_TIMES, "×"))
    print_table(
        ["answer", "16k or 250", "64k or 1,000", "a view of the short one", "the long one at once"], rows
    )
    print_bars(bars)
