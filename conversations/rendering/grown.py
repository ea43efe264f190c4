"""A list or a table that is still growing: its items and rows are settled one by one, each rendered once.

Whether a list is tight is known only at its end. Items are rendered as the list stands so far; when a later
one makes it loose, all are rendered anew, once.
"""

from markdown_it.token import Token

from .guard import Size, is_too_complex
from .html import Context, Notes, TooDeep
from .parts import LISTS, Parts, parts_of, render_parts, split_up
from .settled import Piece, Settled, take_notes
from .source import Parsed, References, RootBlock, parse


class Grown:
    """The settled parts of the open list or table at the end of an answer."""

    def __init__(self, settled: Settled, kind: str) -> None:
        self.kind = kind
        self.head = ""  # of a table: its first two lines, without which no row can be read
        self.is_too_much = False
        self._settled = settled
        self._context = Context(References(settled.definitions), Notes())
        self._size = Size()
        self._sources: list[str] = []
        self._opening = self._html = self._closing = ""
        self._rest: Parts = []
        self._tight = True

    @property
    def is_list(self) -> bool:
        return self.kind in LISTS

    @property
    def constant(self) -> int:
        """How many leading characters of `open_html` only ever change when the list becomes loose."""
        return len(self._opening) + len(self._html) if self._tight else 0

    @property
    def source(self) -> str:
        return self.head + "".join(self._sources)

    def take(self, parsed: Parsed, block: RootBlock) -> int:
        """Settle the parts of `block` that are final; return up to which offset in `parsed` (0 for none)."""
        parts = parts_of(block.kind, block.tokens)
        lines = [(part[0].map or [0])[0] for part in parts]
        begun = sum(line < parsed.text.count("\n") for line in lines)
        count = max(begun - 1, 0) if self.is_list else begun  # an item is final once the next has begun
        self._rest = [take_notes(part, {}) for part in parts[count:]]
        if not count:
            return 0
        if not self._sources:
            split = split_up(block.kind, block.tokens, self._context)
            self._opening, self._closing = split.opening, split.closing
        last = lines[count] if self.is_list else lines[count - 1] + 1
        self._keep(parsed, block, parts, count, last)
        return parsed.offset(last)

    def open_html(self, context: Context) -> str:
        """Return the whole block as it stands; raises TooDeep."""
        if self.is_list:
            set_tight(self._rest, self._tight and is_tight(self._rest) is not False)
        return self._opening + self._html + render_parts(self.kind, self._rest, context) + self._closing

    def close(self, block: RootBlock) -> Piece | None:
        """Return the finished block, given its last part; None to render it anew from its source."""
        parts = parts_of(block.kind, block.tokens)
        if self.is_list and not (self._tight and is_tight(parts)):
            return None
        late = self._context.references.missed & self._settled.definitions.keys()
        if late or self._exceeds(block.tokens):
            return None
        self._rest = [take_notes(part, self._settled.notes) for part in parts]
        try:
            html = self.open_html(self._context)
        except TooDeep:
            return None
        return Piece(html, self._context.references.missed, self._context.mentions)

    def _keep(self, parsed: Parsed, block: RootBlock, parts: Parts, count: int, last: int) -> None:
        start = parsed.offset(block.start)
        if not self.is_list:
            start = parsed.offset(block.start + 2)
            self.head = parsed.text[parsed.offset(block.start) : start]
        source = parsed.text[start : parsed.offset(last)]
        self._sources.append(source)
        self._settled.define(parsed, last)
        kept = [take_notes(part, self._settled.notes) for part in parts[:count]]
        self.is_too_much = self.is_too_much or self._exceeds([token for part in kept for token in part])
        try:
            if not self.is_too_much:
                self._render(block, parts, kept, source)
        except TooDeep:
            self.is_too_much = True

    def _render(self, block: RootBlock, parts: Parts, kept: Parts, source: str) -> None:
        if self.is_list and self._tight and not is_tight(parts) and not _stays_tight(block, source):
            self._tight = False
            kept = parts_of(self.kind, parse(self.source, resume_list=True).blocks[0].tokens)
            kept = [take_notes(part, {}) for part in kept]
            self._html = ""
        if self.is_list:
            set_tight(kept, self._tight)
        self._html += render_parts(self.kind, kept, self._context)

    def _exceeds(self, tokens: list[Token]) -> bool:
        self._size.add(tokens)
        return self._size.is_too_much or is_too_complex(tokens)


def _stays_tight(block: RootBlock, source: str) -> bool:
    """Ask the parser, by an item of our own after the settled ones (the open one may be loose itself)."""
    number = "1" if block.kind == "ordered_list_open" else ""
    probe = parse(f"{source}{number}{block.tokens[0].markup} x\n", resume_list=True).blocks[0]
    return bool(is_tight(parts_of(block.kind, probe.tokens)))


def is_tight(parts: Parts) -> bool | None:
    """Return whether the list these items are of is tight; None when no paragraph tells."""
    for part in parts:
        for token in part:
            if token.type == "paragraph_open" and token.level == 2:
                return token.hidden
    return None


def set_tight(parts: Parts, tight: bool) -> None:
    """Show or hide the paragraphs of these items."""
    for part in parts:
        for token in part:
            if token.level == 2 and token.type in ("paragraph_open", "paragraph_close"):
                token.hidden = tight
