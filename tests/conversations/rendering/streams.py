"""Ways to feed an answer, and documents made of what is hard."""

import random
import sys
from collections.abc import Callable, Iterator
from types import FrameType

from conversations.rendering import GrowingAnswer, View

FRAGMENTS = [
    *(
        "words here",
        "\n",
        "\n\n",
        "  \n",
        "\r",
        "\r\n",
        "\0",
        "\ud800",
        "é",
        "😀",
        "עברית",
        "\t",
        "  ",
        "   ",
    ),
    *(
        "- item\n",
        "- item two\n\n",
        "  - nested\n",
        "- \n",
        "-\n",
        "* star\n",
        "+ plus\n",
        "1. one\n",
        "14) x\n",
    ),
    *("- [ ] todo\n", "- [x] done\n", "1. a\n\n   b\n", "- ```\n  code\n", "- > q\n", "  x\n", "      y\n"),
    *("> quote\n", ">\n", "> - q\n", "> [bar]\n", "# head\n", "===\n", "---\n", "***\n"),
    *("```py\n", "```\n", "  ```\n", "~~~\n", "    code\n", "`code`", "`", "``"),
    *("| a | b |\n", "|---|:-:|\n", "| 1 | 2 |\n", "-|-\n", "a | b\n", "|\n", "|a|\n", "\n|-|\n", ":\n"),
    *("[foo]: /url\n", "[foo]: http://x.y\n", '"title"\n', "'tit\n", "(t\n", "t)\n", "[a\n", "b]: /z\n"),
    *(
        "[bar]: <http://b.c> 'x'\n",
        "[foo]",
        "[foo][bar]",
        "  - [foo]\n",
        "](",
        "http://a.b/c_d_",
        "www.x.com ",
    ),
    *("[^1]", "[^1]: note\n", "[^2]: other [^1]\n\n    more\n", "a@b.cd", "![im](http://i.j/k)", "!"),
    *(
        "$$\n",
        "$$x$$\n",
        "$a$",
        "$5 and $10",
        "**bo",
        "ld**",
        "*em*",
        "_a_",
        "~~s~~",
        "<b>",
        "<br>",
        "<script>",
    ),
    *("&amp;", "&#0;", "\\", "\\\n"),
]


def pieces(text: str, cuts: list[int]) -> Iterator[str]:
    """Yield `text` cut at these places."""
    start = 0
    for cut in [*sorted(cut % (len(text) + 1) for cut in cuts), len(text)]:
        yield text[start:cut]
        start = cut


def grow(parts: Iterator[str], *, look: Callable[[View], None] = lambda view: None, every: int = 1) -> str:
    """Return the HTML of an answer that came in these parts, looked at after every so many of them."""
    answer = GrowingAnswer(time_cap_s=1e9)
    for count, part in enumerate(parts, 1):
        answer.append(part)
        if count % every == 0:
            look(answer.view())
    answer.finish()
    view = answer.view()
    assert view.tail == ""
    return "".join(block.html for block in view.blocks)


def random_document(seed: int) -> str:
    chance = random.Random(seed)
    return "".join(chance.choice(FRAGMENTS) for _ in range(chance.choice([5, 15, 40, 90])))


def work_of(action: Callable[[], object]) -> int:
    """Return the calls that `action` made: what it costs, on any machine and however busy."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(before)
    return calls
