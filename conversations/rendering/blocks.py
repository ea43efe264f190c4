"""An answer as it grows: closed blocks that stay, an open tail that changes; it ends as a reload shows it."""

import re
from dataclasses import dataclass

from django.utils.safestring import SafeString

from .clean import plain, trusted
from .effort import Effort
from .guard import Scale
from .opening import OpenText
from .settled import Block, Settled
from .tail import Run, common_prefix

TIME_CAP_S = 10.0
SHORT_PIECE = 1_000  # characters
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class View:
    """An answer at one moment; `tail[:stable]` is as it was in the view before."""

    rev: int = 0
    blocks: tuple[Block, ...] = ()
    tail: str = ""
    tail_rev: int = 0
    stable: int = 0

    @property
    def html(self) -> SafeString:
        """The closed blocks, for a template."""
        return trusted("".join(block.html for block in self.blocks))

    @property
    def tail_html(self) -> SafeString:
        """The open tail, for a template."""
        return trusted(self.tail)


class GrowingAnswer:
    """Markdown that comes in pieces -> HTML; however it was cut, it ends as `render_markdown` of the whole.

    `plain` turns True when the time for one answer is used up. Then all of it is one block of escaped text
    (the only case in which there are fewer blocks than before); the caller keeps that for `render_markdown`.
    """

    def __init__(self, text: str = "", *, time_cap_s: float = TIME_CAP_S) -> None:
        self.plain = False
        self._time_left_s = time_cap_s
        self._effort = Effort()
        self._fresh = [text]
        self._held = ""  # a carriage return whose line feed may follow
        self._all: list[str] = []
        self._scale = Scale()
        self._settled = Settled()
        self._open = OpenText(self._settled)
        self._unread: Unread | None = None
        self._finished = False
        self._view = View()
        self._changes = 0

    def append(self, text: str) -> None:
        """Take the next piece; costs nothing until somebody looks."""
        self._fresh.append(text)

    def view(self) -> View:
        """Return the answer as it stands; the same object while nothing changed."""
        if self._fresh and not self._finished:
            self._work()
        return self._view

    def finish(self) -> None:
        """Close everything: no text follows."""
        if not self._finished:
            self._finished = True
            self._work()

    def _work(self) -> None:
        rev = self._view.rev + 1
        text = normalized(self._held + "".join(self._fresh))
        self._effort.begin(exact=self._finished or len(text) > SHORT_PIECE)
        self._fresh.clear()
        self._held = "\r" if text.endswith("\r") and not self._finished else ""
        text = text[: len(text) - len(self._held)].replace("\r", "\n")
        self._all.append(text)
        self._take(text, rev)
        self._time_left_s -= self._effort.end()
        if self._time_left_s < 0 and not self.plain:
            self._give_up()
        self._show(rev)

    def _take(self, text: str, rev: int) -> None:
        if self._unread:
            self._unread.add(text)
            return
        light = self._scale.add(text)
        if light < len(text):
            self._unread = Unread(self._open.give_up(text[:light], rev) + text[light:])
        elif self._finished:
            self._open.close(text, rev)
        elif text:
            self._open.add(text, rev)
        if self._finished:
            self._settled.repair(rev, all_of_them=True)
            self._settled.resolve_notes("".join(self._all), rev)
        else:
            self._settled.repair(rev)

    def _give_up(self) -> None:
        self.plain = True
        self._settled.blocks.clear()
        self._settled.changes += 1
        self._unread = Unread("".join(self._all))

    def _show(self, rev: int) -> None:
        old, blocks = self._view, self._view.blocks
        if self._finished and self._unread:
            self._settled.blocks.append(Block(rev, plain(self._unread.source)))
            self._settled.changes += 1
        if self._changes != self._settled.changes:
            blocks, self._changes = tuple(self._settled.blocks), self._settled.changes
        tail = "" if self._finished else self._unread.html if self._unread else self._open.html
        if tail == old.tail and blocks is old.blocks:
            return
        kept = 0 if self._finished else self._unread.kept if self._unread else self._open.kept
        stable = common_prefix(old.tail, tail, kept)
        self._view = View(rev, blocks, tail, old.tail_rev if tail == old.tail else rev, stable)


class Unread(Run):
    """The rest of an answer that is no longer read as Markdown: the open form of `clean.plain`."""

    def __init__(self, text: str) -> None:
        super().__init__(plain("").removesuffix("</pre>"), "</pre>")
        self._texts: list[str] = []
        self.add(text)
        self.kept = 0  # something else was shown before

    def add(self, text: str) -> None:
        super().add(text)
        self._texts.append(text)

    @property
    def source(self) -> str:
        return "".join(self._texts)


def normalized(text: str) -> str:
    """Return `text` without what HTML or UTF-8 cannot hold; a last carriage return is left alone."""
    text = text.replace("\r\n", "\n").replace("\0", "\ufffd")
    if "\r" in text[:-1]:
        text = text[:-1].replace("\r", "\n") + text[-1]
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
