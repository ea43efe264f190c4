"""Markdown text -> top-level blocks, and how many of them no later text can change."""

from dataclasses import dataclass, field
from typing import Any

from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.list import list_block
from markdown_it.token import Token

from .rules import MARKDOWN

Definition = dict[str, Any]


class References:
    """The link definitions of settled text and of the text being read; keeps what was asked in vain."""

    def __init__(self, settled: dict[str, Definition]) -> None:
        self.settled = settled
        self.found: dict[str, Definition] = {}
        self.missed: set[str] = set()

    def __contains__(self, label: object) -> bool:
        return label in self.settled or label in self.found

    def __setitem__(self, label: str, definition: Definition) -> None:
        self.found[label] = definition

    def get(self, label: str, default: Definition | None = None) -> Definition | None:
        definition = self.settled.get(label) or self.found.get(label)
        if definition is None:
            self.missed.add(label)
            return default
        return definition


@dataclass(slots=True)
class RootBlock:
    """One construct at the top level: its lines (end exclusive) and its tokens."""

    kind: str
    start: int
    end: int
    tokens: list[Token]

    @property
    def is_shown(self) -> bool:
        return self.kind not in ("definition", "footnote_reference_open")


@dataclass(slots=True)
class Parsed:
    text: str
    blocks: list[RootBlock]
    starts: list[int]  # where each line begins; one past the last line is the end of the text
    definitions: dict[str, Definition] = field(default_factory=dict)

    def offset(self, line: int) -> int:
        return self.starts[line] if line < len(self.starts) else len(self.text)

    def source(self, block: RootBlock) -> str:
        return self.text[self.offset(block.start) : self.offset(block.end)]


def parse(text: str, settled: dict[str, Definition] | None = None, *, resume_list: bool = False) -> Parsed:
    """Return the top-level blocks of `text`; `resume_list` says that it begins inside a list, at an item."""
    references = References(settled or {})
    tokens: list[Token] = []
    state = StateBlock(text, MARKDOWN, {"references": references}, tokens)
    starts = list(state.bMarks)
    if resume_list:
        list_block(state, 0, state.lineMax, False)
    MARKDOWN.block.tokenize(state, state.line, state.lineMax)
    return Parsed(text, _roots(tokens), starts, references.found)


def _roots(tokens: list[Token]) -> list[RootBlock]:
    blocks: list[RootBlock] = []
    depth = first = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            head = tokens[first]
            start, end = head.map or (0, 0)
            blocks.append(RootBlock(head.type, start, end, tokens[first : index + 1]))
            first = index + 1
    return blocks


def settled_count(parsed: Parsed) -> int:
    """Return how many leading blocks are final whatever text follows (only complete lines are trusted)."""
    complete = parsed.text.count("\n")
    blocks = parsed.blocks
    if blocks and _ends_itself(blocks[-1], complete):
        return len(blocks)
    for count in range(len(blocks) - 1, 0, -1):
        if _begins_for_good(parsed, blocks[count - 1], blocks[count], complete):
            return count
    return 0


_ENDED_BY_BLANK = ("paragraph_open", "definition", "table_open", "blockquote_open")


def _ends_itself(block: RootBlock, complete: int) -> bool:
    head = block.tokens[0]
    if block.kind in ("heading_open", "hr", "math_block") or (block.kind == "fence" and head.meta["closed"]):
        return complete >= block.end
    # The line after these is blank: anything else would belong to them or be a block of its own.
    return block.kind in _ENDED_BY_BLANK and complete > block.end


def _begins_for_good(parsed: Parsed, before: RootBlock, block: RootBlock, complete: int) -> bool:
    needed = block.start + (2 if block.kind == "table_open" else 1)  # a table is one by its second line
    if complete < needed:
        return False
    if before.kind == "definition" and before.end == block.start:
        # What looks like text may still turn out to be the definition's title.
        return parsed.text[parsed.offset(block.start) :].lstrip(" \t")[:1] not in tuple("\"'(")
    return True
