"""The closed blocks of an answer, and what reaches back to them: late link definitions, and footnotes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from markdown_it.token import Token

from .clean import clean, plain
from .guard import is_too_complex
from .html import Context, Notes, TooDeep, html_of
from .parts import render_root
from .source import Definition, Parsed, References, RootBlock, parse

MAX_BACK_LINKS = 20
# What late definitions may cost while the text grows: characters rendered anew for each character received.
_REPAIRS = 4


@dataclass(frozen=True, slots=True)
class Block:
    """One root element; `rev` is the revision in which it was added or last replaced."""

    rev: int
    html: str


@dataclass(slots=True)
class Piece:
    """The HTML of a block and what it depends on: link labels not defined so far, footnotes it mentions."""

    html: str
    missed: set[str] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)


class Settled:
    """Closed blocks in order; every change bears the revision it was made in."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.definitions: dict[str, Definition] = {}
        self.notes: dict[str, list[Token]] = {}
        self.characters = 0
        self.changes = 0
        self._sources: dict[int, str] = {}  # of those blocks that may have to be rendered anew
        self._mentions: dict[int, set[str]] = {}
        self._waiting: dict[str, set[int]] = {}
        self._late: set[int] = set()
        self._repaired = 0

    def define(self, parsed: Parsed, before_line: int) -> None:
        """Take over the link definitions of `parsed` that stand before a line; a label's first counts."""
        for label, definition in parsed.definitions.items():
            if definition["map"][0] < before_line and label not in self.definitions:
                self.definitions[label] = definition
                self._late |= self._waiting.pop(label, set())

    def add(self, block: RootBlock, source: str, rev: int) -> None:
        """Close a block: render it, unless all it holds is definitions."""
        shown = take_notes(block.tokens, self.notes)
        if block.is_shown:
            self.add_piece(self.render(block.kind, shown, source), source, rev)
        else:
            self.characters += len(source)

    def add_piece(self, piece: Piece, source: str, rev: int) -> None:
        """Close a block that is rendered already."""
        self.characters += len(source)
        self.changes += 1
        index = len(self.blocks)
        self.blocks.append(Block(rev, piece.html))
        if piece.missed or piece.mentions:
            self._sources[index] = source
            self._depend(index, piece)

    def render(self, kind: str, tokens: list[Token], source: str, notes: Notes | None = None) -> Piece:
        if is_too_complex(tokens):
            return Piece(plain(source))
        context = Context(References(self.definitions), notes or Notes())
        html = render_root(kind, tokens, source, context)
        return Piece(html, context.references.missed, context.mentions)

    def repair(self, rev: int, *, all_of_them: bool = False) -> bool:
        """Render the blocks anew whose links were defined after them; return whether any was."""
        done = False
        for index in sorted(self._late):
            source = self._sources[index]
            if not all_of_them and self._repaired + len(source) > _REPAIRS * self.characters:
                continue
            self._late.discard(index)
            self._repaired += len(source)
            self._replace(index, rev, None)
            done = True
        return done

    def resolve_notes(self, text: str, rev: int) -> None:
        """Number and link the footnotes of a finished answer, and close it with the section of them."""
        prefix = sha256(text.encode()).hexdigest()[:8]  # several answers share a page
        notes = Notes(frozenset(self.notes), prefix)
        for index in sorted(self._mentions):
            self._replace(index, rev, notes)
        if notes.numbers:
            self.changes += 1
            self.blocks.append(Block(rev, self._section(notes)))

    def _depend(self, index: int, piece: Piece) -> None:
        for label in piece.missed:
            self._waiting.setdefault(label, set()).add(index)
        if piece.mentions:
            self._mentions[index] = piece.mentions

    def _replace(self, index: int, rev: int, notes: Notes | None) -> None:
        source = self._sources[index]
        block = next(block for block in parse(source, self.definitions).blocks if block.is_shown)
        piece = self.render(block.kind, take_notes(block.tokens, {}), source, notes)
        if piece.html != self.blocks[index].html:
            self.changes += 1
            self.blocks[index] = Block(rev, piece.html)
        self._depend(index, piece)

    def _section(self, notes: Notes) -> str:
        items = [self._note(label, number, notes) for label, number in _growing(notes.numbers)]
        opening = '<section class="footnotes" dir="auto"><ol>\n'
        return f"{opening}{''.join(items)}</ol></section>"

    def _note(self, label: str, number: int, notes: Notes) -> str:
        tokens = self.notes[label]
        context = Context(References(self.definitions), notes)
        try:
            body = "" if is_too_complex(tokens) else html_of(tokens, context)
        except TooDeep:
            body = ""
        place = f"{notes.prefix}-{number}"
        uses = range(1, min(notes.uses[label], MAX_BACK_LINKS) + 1)
        back = " ".join(_back_link(place, use) for use in uses)
        text = body.rstrip().removesuffix("</p>")
        ends_in_words = text != body.rstrip()
        body = f"{text} {back}</p>" if ends_in_words else f"{body}<p>{back}</p>"
        return clean(f'<li id="fn-{place}">{body}</li>') + "\n"


def _growing(numbers: dict[str, int]) -> Iterable[tuple[str, int]]:
    """Yield the notes in order, with those that notes themselves refer to on the way."""
    done = 0
    while done < len(numbers):
        for label, number in list(numbers.items())[done:]:
            done += 1
            yield label, number


def _back_link(place: str, use: int) -> str:
    target = f"fnref-{place}" if use == 1 else f"fnref-{place}-{use}"
    return f'<a class="footnote-back" href="#{target}" aria-labelledby="word-back {target}">↩</a>'


def take_notes(tokens: list[Token], notes: dict[str, list[Token]]) -> list[Token]:
    """Return `tokens` without the footnotes defined in them; those go to `notes`, the first of a label."""
    if not any(token.type == "footnote_reference_open" for token in tokens):
        return tokens
    kept: list[Token] = []
    into = [kept]
    for token in tokens:
        if token.type == "footnote_reference_open":
            into.append([])
            notes.setdefault(token.meta["label"], into[-1])
        elif token.type == "footnote_reference_close":
            into.pop()
        else:
            into[-1].append(token)
    return kept
