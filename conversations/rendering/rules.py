"""The Markdown we read: CommonMark, tables, strikethrough, tasks, footnotes, math, bare links; no raw HTML.

A rule of ours may look at its own line, or on to the next blank line, and no further: what is settled while
an answer grows must never be undone by text that comes later.
"""

import re
from importlib import import_module

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.fence import fence
from markdown_it.rules_block.table import table
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.footnote.index import footnote_def

MAX_NESTING = 40
MAX_COLUMNS = 50
MAX_CELLS = 10_000  # of one table; guard.py refuses what has more

# Pandoc's rule for `$`, and no letter or brace behind it: `$5 and $10`, `$HOME/$USER`, `${a}${b}` stay text.
_MATH = re.compile(r"\$(?![\s$])((?:[^$\\`]|\\.){1,2000}?)(?<!\s)\$(?![\w${])", re.DOTALL)
_DISPLAY_MATH = re.compile(r"\$\$(?!\$)((?:[^$\\`]|\\.){1,2000}?)\$\$", re.DOTALL)
_MONEY = re.compile(r"\d[^\\]*\s[A-Za-z]{2}")
_NOTE = re.compile(r"\[\^([^\s\[\]^]{1,100})\]")
_NUMBER = re.compile(r"[1-9][0-9]?")
_URL = re.compile(r"https?://[^\s<>\"`|\\^{}\[\]\x00-\x20]{1,2000}", re.IGNORECASE)
_SCHEME_BEFORE = re.compile(r"(?<![A-Za-z0-9])https?$", re.IGNORECASE)
_BREAK = re.compile(r"<br\s{0,4}/?>", re.IGNORECASE)


# Of cells that a short row leaves out and the parser adds: its own limit lets a view take most of a second.
vars(import_module("markdown_it.rules_block.table"))["MAX_AUTOCOMPLETED_CELLS"] = 25_000


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The table of markdown-it, read no further than to where it is too wide or too long for guard.py."""
    if start + 1 >= end:
        return False
    bars = _line(state, start + 1).count("|")
    if bars > MAX_COLUMNS + 1:
        return False
    rows = MAX_CELLS // max(bars - 1, 1) + 1
    return table(state, start, min(end, start + 2 + rows), silent)


def closed_fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The fence of markdown-it; the token knows whether its closing line is there."""
    if not fence(state, start, end, silent):
        return False
    if not silent:
        token, last = state.tokens[-1], state.line - 1
        closing = _line(state, last).rstrip(" \t")
        indented = state.sCount[last] - state.blkIndent >= 4
        enough = len(closing) >= len(token.markup) and closing == closing[:1] * len(closing)
        token.meta["closed"] = last > start and enough and closing[:1] == token.markup[0] and not indented
    return True


def math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`$$` on lines of its own, up to a blank line; without an end it is a paragraph of the same lines."""
    first = _line(state, start).rstrip(" \t")
    if not first.startswith("$$") or first[2:3] == "$" or state.is_code_block(start):
        return False
    one_line = len(first) > 4 and first.endswith("$$")
    if silent:  # only a lone `$$` or a whole formula may interrupt a paragraph
        return first == "$$" or (one_line and first.count("$$") == 2)
    if not one_line and "$$" in first[2:]:
        return False
    last, closed = start, one_line
    while not closed and last + 1 < end and not _ends_math(state, last + 1):
        last += 1
        closed = _line(state, last).rstrip(" \t").endswith("$$")
    content = state.getLines(start, last + 1, state.blkIndent, False).strip()
    state.line = last + 1
    if closed:
        token = state.push("math_block", "math", 0)
        token.content = content[2:-2].strip()
        token.map = [start, state.line]
    else:
        _push_paragraph(state, content, [start, state.line])
    return True


def _ends_math(state: StateBlock, line: int) -> bool:
    return state.isEmpty(line) or state.sCount[line] < state.blkIndent


def _push_paragraph(state: StateBlock, content: str, lines: list[int]) -> None:
    state.push("paragraph_open", "p", 1).map = list(lines)
    token = state.push("inline", "", 0)
    token.content, token.map, token.children = content, list(lines), []
    state.push("paragraph_close", "p", -1)


def setext_underline(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Ends a link definition, as the specification has it (markdown-it reads a title across the line)."""
    text = _line(state, start).rstrip(" \t")
    is_line = bool(text) and text in ("=" * len(text), "-" * len(text))
    return silent and is_line and state.parentType == "reference"


def math_inline(state: StateInline, silent: bool) -> bool:
    """`$a$`, and `$$a$$` inside a paragraph."""
    if state.src[state.pos] != "$":
        return False
    display = state.src.startswith("$$", state.pos)
    match = (_DISPLAY_MATH if display else _MATH).match(state.src, state.pos, state.posMax)
    if not match or not match[1].strip() or (not display and _is_money(state, match[1])):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = match[1].strip()
        token.meta["display"] = display
    state.pos = match.end()
    return True


def _is_money(state: StateInline, content: str) -> bool:
    return state.src[state.pos - 1 : state.pos].isalnum() or bool(_MONEY.match(content))


def footnote_ref(state: StateInline, silent: bool) -> bool:
    """`[^label]`: a reference to one of the notes (`env["notes"]`), or while they are unknown, any number."""
    if state.src[state.pos] != "[":
        return False
    match = _NOTE.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    label = match[1]
    state.env["mentions"].add(label)
    notes = state.env["notes"]
    if label not in notes if notes is not None else not _is_numbered(state, match):
        return False
    if not silent:
        state.push("footnote_ref", "", 0).meta["label"] = label
    state.pos = match.end()
    return True


def _is_numbered(state: StateInline, mention: re.Match[str]) -> bool:
    """A short number in brackets, and not the words of a link."""
    return bool(_NUMBER.fullmatch(mention[1])) and state.src[mention.end() : mention.end() + 1] not in (
        "(",
        "[",
    )


def web_address(state: StateInline, silent: bool) -> bool:
    """A bare http(s) address, read before emphasis can cut it (linkify-it's own rule is quadratic)."""
    if state.linkLevel > 0 or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME_BEFORE.search(state.src, max(0, state.pos - 6), state.pos)
    if not scheme or not state.pending.endswith(scheme[0]):
        return False
    match = _URL.match(state.src, scheme.start(), state.posMax)
    url = trim_address(match[0]) if match else ""
    if len(url) <= len(scheme[0]) + 3 or url.rstrip("/").endswith(":"):
        return False
    href = state.md.normalizeLink(url)
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        link = state.push("link_open", "a", 1)
        link.attrs, link.info = {"href": href}, "auto"
        state.push("text", "", 0).content = url
        state.push("link_close", "a", -1)
    state.pos = scheme.start() + len(url)
    return True


def trim_address(url: str) -> str:
    """Leave the punctuation of the sentence outside (GFM, "extended autolink path validation")."""
    end, spare = len(url), url.count(")") - url.count("(")
    while end and (url[end - 1] in "?!.,:;*_~'\"" or (url[end - 1] == ")" and spare > 0)):
        end -= 1
        spare -= url[end] == ")"
    return url[:end]


def break_in_cell(state: StateInline, silent: bool) -> bool:
    """`<br>` in a table cell, where Markdown has no other way to start a line."""
    if state.src[state.pos] != "<" or not state.env["cell"]:
        return False
    match = _BREAK.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = match.end()
    return True


def _build() -> MarkdownIt:
    options = {"html": False, "maxNesting": MAX_NESTING, "tasklists": True, "inline_definitions": True}
    md = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    paragraph_ends: RuleOptionsType = {"alt": ["paragraph", "reference"]}
    md.block.ruler.at("table", bounded_table, paragraph_ends)
    md.block.ruler.at("fence", closed_fence, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.block.ruler.before("fence", "math_block", math_block, paragraph_ends)
    md.block.ruler.before("reference", "footnote_def", footnote_def, paragraph_ends)
    md.block.ruler.before("reference", "setext_underline", setext_underline, {"alt": ["reference"]})
    md.inline.ruler.before("escape", "math_inline", math_inline)
    md.inline.ruler.before("link", "footnote_ref", footnote_ref)
    md.inline.ruler.after("text", "web_address", web_address)
    md.inline.ruler.before("autolink", "break_in_cell", break_in_cell)
    return md


MARKDOWN = _build()
