"""Bait for quadratic parsers: nothing costs over a second, nothing is lost, live and reload agree."""

from collections.abc import Callable
from time import thread_time
from typing import TypeVar

import pytest

from conversations.rendering import GrowingAnswer, guard, render_markdown
from conversations.rendering.rules import MAX_CELLS
from tests.conversations.rendering.markup import roots

SIZE = 50_000
REPEATED = [
    *(
        "[",
        "![",
        "[a ",
        "]",
        "[]",
        "[[a]]",
        "[x][y] ",
        "a](",
        "[a](",
        '[a](b "',
        "[a](<b",
        "![a](b)",
        "[^",
        "[^1]",
    ),
    *(
        "*",
        "*a ",
        "*a* ",
        "a**",
        "***a",
        "**a *b ",
        "**_",
        "_a",
        "~",
        "~~a ",
        "~~*",
        "`",
        "`a ",
        "``` `",
        "!",
        ":",
    ),
    *(
        ">",
        "> a\n",
        "> -",
        "- ",
        "- a\n",
        "* a\n\n",
        "1. a\n",
        "1) ",
        "- [ ] a\n",
        "  - a\n",
        "-a\n",
        "-\n",
        "a\n=\n",
    ),
    *(
        "#",
        "# a\n",
        "***\n",
        "```\na\n```\n",
        "~~~\n",
        "    a\n",
        "a\n",
        "a  \n",
        "\n",
        " ",
        "\t",
        "\\",
        "\\*",
        "<br>",
    ),
    *(
        "<",
        "<a ",
        "<http://",
        "<mailto:a@b>",
        "http://a ",
        "x://",
        "http://",
        "www.",
        "www.a ",
        "a@a.a ",
        "a.",
        "&a;",
    ),
    *(
        "$",
        "$a ",
        "$$a ",
        "$$\n",
        "$$\nx\n\n",
        "|",
        "a|b\n",
        "a|b\n-|-\n",
        "[a]: b\n",
        "[^a]: b\n",
        '[a]: /u\n"',
        "\0",
    ),
    *("😀", "\u202e", "(", ")", '"', "&#1;", "&amp;"),
]
BUILT = {
    "brackets in brackets": "[" * (SIZE // 2) + "]" * (SIZE // 2),
    "parentheses in a link": "[a](" + "(" * (SIZE // 2) + ")" * (SIZE // 2),
    "emphasis in emphasis": "*a" * (SIZE // 4) + "a*" * (SIZE // 4),
    "strong in strong": "**a " * (SIZE // 8) + " a**" * (SIZE // 8),
    "a stair of lists": "\n".join("  " * depth + "- a" for depth in range(220)),
    "a stair of quotes": "\n".join(">" * depth + " a" for depth in range(300)),
    "deep quotes": (">" * 38 + " a\n") * (SIZE // 41),
    "ten thousand tasks": "- [ ] a\n" * 10_000,
    "a wide table": "|" + "a|" * 8_000 + "\n|" + "-|" * 8_000 + "\n|" + "b|" * 8_000,
    "a table of empty cells": "|" + "a|" * 50 + "\n|" + "-|" * 50 + "\n" + "x\n" * (SIZE // 2),
    "runs of backticks": "".join("`" * count + " " for count in range(1, 300)),
    "definitions and uses": "".join(f"[{i}]: /a\n" for i in range(3_000))
    + "".join(f"[{i}]" for i in range(3_000)),
    "uses and definitions": "".join(f"[{i}] " for i in range(3_000))
    + "\n\n"
    + "".join(f"[{i}]: /a\n" for i in range(3_000)),
    "footnotes": "".join(f"[^{i}]" for i in range(2_000))
    + "\n\n"
    + "".join(f"[^{i}]: b\n" for i in range(2_000)),
    "a long word": "a" * SIZE,
    "a long address": "http://" + "a" * SIZE,
    "an address of parentheses": "http://a" + ")" * SIZE,
    "a long formula": "$" + "\\a" * (SIZE // 2) + "$",
    "a long line of blanks": " " * SIZE + "a",
    "blank lines in a list": "- a\n" + "\n" * SIZE + "b",
    "lazy lines of a quote": "> a\n" + "b\n" * (SIZE // 2),
    "lazy lines of an item": "- a\n" + "b\n" * (SIZE // 2),
    "a long block of code": "```python\n" + "x = [1, 2]\n" * (SIZE // 11),
}


BAIT = {repr(text): text * (SIZE // len(text)) for text in REPEATED} | BUILT


Result = TypeVar("Result")


def timed(action: Callable[[], Result]) -> tuple[Result, float]:
    started = thread_time()
    return action(), thread_time() - started


@pytest.mark.parametrize("bait", BAIT)
def test_no_text_costs_more_than_a_second(bait):
    html, seconds = timed(lambda: render_markdown(BAIT[bait]))
    if seconds > 1:  # a busy machine may be slow once, but not again and again
        seconds = min(timed(lambda: render_markdown(BAIT[bait]))[1] for _ in range(3))

    assert seconds < 1
    roots(html)


@pytest.mark.parametrize("bait", BAIT)
def test_bait_that_grows_ends_as_a_reload_shows_it(bait):
    text = BAIT[bait][:4_000]
    answer = GrowingAnswer(time_cap_s=1e9)
    for start in range(0, len(text), 100):
        answer.append(text[start : start + 100])
        view, seconds = timed(answer.view)
        assert seconds < 1
        if start % 1_000 == 0:
            roots(view.tail)
    answer.finish()

    assert answer.view().html == render_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "- a\n" * (guard.MAX_ITEMS + 1),
        "|" + "a|" * 50 + "\n|" + "-|" * 50 + "\n" + "b\n" * (MAX_CELLS // 50 + 1),
        "[" * (guard.MAX_BRACKETS + 1),
        ">" * 40 + " a",
        "_a *b " * 25 + "c" + "*_" * 25,
    ],
    ids=["items", "cells", "brackets", "nesting", "emphasis"],
)
def test_a_block_beyond_the_limit_is_its_own_text_and_the_next_is_markdown(text):
    fallback, after = roots(render_markdown(f"{text}\n\n*after*"))

    assert (fallback.tag, fallback.attributes["class"]) == ("pre", "plain")
    assert fallback.text.strip() == text.strip()
    assert len(after.all("em")) == 1


def test_a_block_at_the_limit_is_still_markdown():
    assert len(roots(render_markdown("- a\n" * guard.MAX_ITEMS))[0].all("li")) == guard.MAX_ITEMS


def test_an_answer_that_is_too_heavy_is_markdown_up_to_there_and_its_own_text_from_there():
    block = "# Title\n\nSome *words*.\n\n"
    text = block * (guard.MAX_WEIGHT // 300)
    *read, rest = roots(render_markdown(text))

    assert rest.tag == "pre"
    assert len(read) > 1_000
    assert text.endswith(rest.text)
    assert rest.text.startswith(("# Title", "Some"))


@pytest.mark.parametrize("step", [997, 10_007, 100_003])
def test_where_an_answer_becomes_too_heavy_does_not_depend_on_its_pieces(step):
    text = "- item *a*\n- item b\n\nwords\n\n| a |\n|---|\n| b |\n\n" * (guard.MAX_WEIGHT // 1_300)
    answer = GrowingAnswer(time_cap_s=1e9)
    for start in range(0, len(text), step):
        answer.append(text[start : start + step])
        answer.view()
    answer.finish()

    assert answer.view().html == render_markdown(text)
    assert 'class="plain"' in answer.view().html


def test_a_long_ordinary_answer_is_read_to_its_end():
    section = (
        "## Part\n\n" + "Some **words** about `code` and [links](https://example.com/a), and so on. " * 8
    )
    section += "\n\n```python\ndef f(x: list[int]) -> int:\n    return x[0] + 1\n```\n\n- one\n- two\n\n"

    assert 'class="plain"' not in render_markdown(section * (100_000 // len(section)))
