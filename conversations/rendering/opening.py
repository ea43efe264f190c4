"""The open end of an answer: reads it as Markdown when it must, closes what is final, and shows the rest."""

import re

from .clean import clean, plain
from .grown import Grown
from .guard import is_too_complex
from .html import Context, Notes, TooDeep, code_frame, html_of, language_of
from .parts import LISTS, render_root
from .settled import Settled, take_notes
from .source import Parsed, References, RootBlock, parse, settled_count
from .tail import Run, Tail, settled_line

_FENCE = re.compile(r"(`{3,}|~{3,})([^\n]*)\n")
_FENCE_MARKS = re.compile(r" {0,3}[`~]+[ \t]*\Z")
_GROWING = (*LISTS, "table_open")


class OpenFence(Run):
    """A code block whose closing line has not come: plain text, appended."""

    def __init__(self, opening: re.Match[str]) -> None:
        before, after = code_frame(language_of(opening[2]))
        super().__init__(clean(before + after).removesuffix(after), after)
        marks = opening[1]
        self._end = re.compile(rf"^ {{0,3}}{marks[0]}{{{len(marks)},}}[ \t]*$", re.MULTILINE)
        self._line = self._shown = opening.end()

    def add_from(self, text: str) -> bool:
        """Show what is new in `text`; return False when it holds the closing line."""
        complete = text.rfind("\n") + 1
        if self._end.search(text, self._line, max(complete - 1, self._line)):
            return False
        self._line = max(complete, self._line)
        end = self._line if _FENCE_MARKS.match(text, self._line) else len(text)  # may become the closing line
        self.add(text[self._shown : end])
        self._shown = max(end, self._shown)
        return True


class OpenText:
    """The text after the last closed block."""

    def __init__(self, settled: Settled) -> None:
        self._text = ""
        self._settled = settled
        self._tail = Tail()
        self._grown: Grown | None = None
        self._whole = False  # the open list or table is too much to be grown by its parts
        self._fence: OpenFence | None = None
        self._constant = 0  # characters of the settled items or rows shown last

    @property
    def html(self) -> str:
        return self._fence.html if self._fence else self._tail.html

    @property
    def kept(self) -> int:
        """How many leading characters of `html` the last change is known to have left alone."""
        return self._fence.kept if self._fence else self._tail.kept

    @property
    def source(self) -> str:
        """All text that no closed block holds."""
        return (self._grown.source if self._grown else "") + self._text

    def add(self, text: str, rev: int) -> None:
        """Take more text and show it."""
        self._text += text
        if self._fence:
            if self._fence.add_from(self._text):
                return
            self._fence = None
            self._read(rev)
        elif self._tail.append(self._text):
            self._constant = min(self._constant, self._tail.kept)
        else:
            self._read(rev)

    def give_up(self, text: str, rev: int) -> str:
        """Take more text, close what is final by now, and return the source of all the rest."""
        self._text += text
        self._settle(rev)
        return self.source

    def close(self, text: str, rev: int) -> None:
        """Take the last of the text and close all blocks."""
        self._text += text
        parsed = self._parse(self._text)
        self._close(parsed, len(parsed.blocks), len(parsed.starts) + 1, rev)
        self._text = ""

    def _parse(self, text: str) -> Parsed:
        grown = self._grown
        head = grown.head if grown else ""
        return parse(head + text, self._settled.definitions, resume_list=bool(grown and grown.is_list))

    def _read(self, rev: int) -> None:
        parsed, blocks = self._settle(rev)
        if blocks:
            self._grow(parsed, blocks[0])
        if self._grown and self._grown.is_too_much:
            self._text = self._grown.source + self._text
            self._grown, self._whole = None, True
            self._read(rev)
        else:
            self._show(parsed, blocks)

    def _settle(self, rev: int) -> tuple[Parsed, list[RootBlock]]:
        """Close what is final; return what was read, and the blocks that stay open."""
        parsed = self._parse(settled_line(self._text))
        count = settled_count(parsed)
        blocks = parsed.blocks[count:]
        line = blocks[0].start if blocks else parsed.text.count("\n")
        head = len(self._grown.head) if self._grown else 0  # read again each time, but not part of the text
        self._close(parsed, count, line, rev)
        self._text = self._text[max(parsed.offset(line) - head, 0) :]
        return parsed, blocks

    def _close(self, parsed: Parsed, count: int, line: int, rev: int) -> None:
        """Close the first `count` blocks, which end before `line`."""
        if not count:
            return
        self._settled.define(parsed, line)
        for block in parsed.blocks[:count]:
            source = parsed.source(block)
            if self._grown:
                self._close_grown(self._grown, block, source, rev)
            else:
                self._settled.add(block, source, rev)
            self._whole = False

    def _close_grown(self, grown: Grown, block: RootBlock, source: str, rev: int) -> None:
        self._grown = None
        source = grown.source + source[len(grown.head) :]
        piece = grown.close(block)
        if piece is None:
            self._settled.add(parse(source, self._settled.definitions).blocks[0], source, rev)
        else:
            self._settled.add_piece(piece, source, rev)

    def _grow(self, parsed: Parsed, block: RootBlock) -> None:
        """Settle the items or rows of an open list or table that are final."""
        if block.kind not in _GROWING or self._whole:
            return
        grown = self._grown or Grown(self._settled, block.kind)
        start = max(parsed.offset(block.start), len(grown.head))
        taken = grown.take(parsed, block)
        if taken:
            self._grown = grown
            self._text = self._text[taken - start :]

    def _show(self, parsed: Parsed, blocks: list[RootBlock]) -> None:
        opening = _FENCE.match(self._text) if len(blocks) == 1 and blocks[0].kind == "fence" else None
        if opening:
            self._fence = OpenFence(opening)
            self._fence.add_from(self._text)
            self._fence.kept = 0  # something else was shown before
            self._tail.set("", "", "")
            self._constant = 0
            return
        references = References(self._settled.definitions)
        references.found = parsed.definitions
        context = Context(references, Notes(), is_open=True)
        grown = [self._grown, *[None] * len(blocks)]  # below a list or a table another block may have begun
        htmls = [
            self._open_html(block, parsed.source(block), context, parts)
            for block, parts in zip(blocks, grown, strict=False)
        ]
        kept, self._constant = self._constant, self._grown.constant if self._grown else 0
        shown = settled_line(self._text)
        self._tail.set("".join(htmls), self._text, shown, min(kept, self._constant))

    def _open_html(self, block: RootBlock, source: str, context: Context, grown: Grown | None) -> str:
        tokens = take_notes(block.tokens, {})
        try:
            if grown:
                return grown.open_html(context) if block.kind == grown.kind else ""
            if is_too_complex(block.tokens):
                return plain(source)
            if block.kind == "footnote_reference_open":
                note = html_of(block.tokens[1:-1], context)
                return clean(f'<section class="footnotes" dir="auto">{note}</section>')
            return render_root(block.kind, tokens, source, context) if block.is_shown else ""
        except TooDeep:
            return plain(source)
