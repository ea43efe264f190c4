"""How much Markdown we read. Counted, never timed: live and on reload a text meets the same end."""

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from .rules import MAX_CELLS, MAX_NESTING

MAX_ITEMS = 5_000  # of all lists in one block
MAX_BRACKETS = 500  # in one paragraph: each may open a link, and the search for its end is nested
MAX_WEIGHT = (
    1_500_000  # of a whole answer, about 0.4 microseconds each; 100,000 usual characters weigh 0.5 million
)
# What a character may cost beyond being text, measured on answers made of nothing else.
_WEIGHTS = {"\n": 150, "@": 100, "[": 60, "|": 50, "*": 30, "_": 30, "~": 30, ":": 30, "/": 30, "(": 25}
_WEIGHTS |= {"<": 15, "&": 10, "`": 10, "$": 10, "\\": 8, "!": 5, "]": 5}
_CHUNK = 256


@dataclass(slots=True)
class Size:
    """What is counted of one block."""

    items: int = 0
    cells: int = 0

    def add(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            self.items += token.type == "list_item_open"
            self.cells += token.type == "td_open"

    @property
    def is_too_much(self) -> bool:
        return self.items > MAX_ITEMS or self.cells > MAX_CELLS


def is_too_complex(tokens: Sequence[Token]) -> bool:
    """Return whether a block's tokens nest, branch or bracket beyond what is read."""
    size = Size()
    size.add(tokens)
    return size.is_too_much or any(_is_knotted(token) for token in tokens)


def _is_knotted(token: Token) -> bool:
    if token.type == "inline":
        return token.content.count("[") > MAX_BRACKETS
    # Below the deepest level the parser drops the text, so a block that reaches it is not trusted.
    return token.level >= MAX_NESTING - 2


class Scale:
    """Weighs an answer as it comes, and says at which character it became too heavy."""

    def __init__(self) -> None:
        self.weight = 0

    def add(self, text: str) -> int:
        """Weigh `text`; return how many of its characters are still light enough."""
        for start in range(0, len(text), _CHUNK):
            chunk = text[start : start + _CHUNK]
            weight = self.weight + _weight(chunk)
            if weight > MAX_WEIGHT:
                return start + self._fitting(chunk)
            self.weight = weight
        return len(text)

    def _fitting(self, chunk: str) -> int:
        for count, character in enumerate(chunk):
            self.weight += _weight(character)
            if self.weight > MAX_WEIGHT:
                return count
        return len(chunk)


def _weight(text: str) -> int:
    return len(text) + sum(text.count(character) * weight for character, weight in _WEIGHTS.items())
