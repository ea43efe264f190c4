"""Tokens -> HTML. What it returns still goes through clean.py; links and code are decided here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from .highlight import highlighted
from .links import link_html, text_html
from .rules import MARKDOWN
from .source import References

MAX_DEPTH = 40  # of inline markup; HTML parsers slow down far before they break
_LABEL = re.compile(r"[^\s,{:]{1,40}")
# Tokens that are a constant.
_LINES = {
    "paragraph_open": "<p>",
    "paragraph_close": "</p>\n",
    "blockquote_open": "<blockquote>\n",
    "blockquote_close": "</blockquote>\n",
    "bullet_list_open": "<ul>\n",
    "bullet_list_close": "</ul>\n",
    "ordered_list_close": "</ol>\n",
    "list_item_close": "</li>\n",
    "table_open": '<div class="table" tabindex="0"><table>\n',
    "table_close": "</table></div>\n",
    "thead_open": "<thead>\n",
    "thead_close": "</thead>\n",
    "tbody_open": "<tbody>\n",
    "tbody_close": "</tbody>\n",
    "tr_open": "<tr>",
    "tr_close": "</tr>\n",
    "th_close": "</th>",
    "td_close": "</td>",
    "em_open": "<em>",
    "em_close": "</em>",
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "s_open": "<del>",
    "s_close": "</del>",
    "softbreak": "\n",
    "hardbreak": "<br>\n",
    "hr": "<hr>\n",
    "definition": "",
}


class TooDeep(Exception):
    """Inline markup nests deeper than MAX_DEPTH."""


@dataclass(slots=True)
class Notes:
    """The numbers of footnotes, in the order in which the text refers to them.

    While the text grows `labels` is None: a numbered mention is shown as the footnote that it most likely is,
    so that the lines after it stay where they are when the note comes.
    """

    labels: frozenset[str] | None = None
    prefix: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    uses: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Context:
    """What a block is rendered with, and what it turned out to depend on."""

    references: References
    notes: Notes
    is_open: bool = False  # more text may come: an unclosed fence is not coloured yet
    mentions: set[str] = field(default_factory=set)

    def environment(self, *, cell: bool) -> dict[str, Any]:
        notes, mentions = self.notes.labels, self.mentions
        return {"references": self.references, "notes": notes, "mentions": mentions, "cell": cell}


def html_of(tokens: Sequence[Token], context: Context) -> str:
    """Return the HTML of block tokens; raises TooDeep."""
    out: list[str] = []
    cell = False
    for token in tokens:
        kind = token.type
        if kind == "inline":
            out.append(inline_html(token.content, context, cell=cell))
        elif token.hidden:
            out.append("" if token.nesting == 1 else "\n")
        elif kind in _LINES:
            out.append(_LINES[kind])
        else:
            cell = kind in ("th_open", "td_open")
            out.append(_block_html(token, context))
    return "".join(out)


def _block_html(token: Token, context: Context) -> str:
    kind = token.type
    if kind in ("heading_open", "heading_close"):
        # Models begin at any level and skip some; levels of their own would break the outline of the page.
        return f'<h3 class="heading-{token.tag[1]}">' if token.nesting == 1 else "</h3>\n"
    if kind == "list_item_open":
        return _item_html(token)
    if kind == "ordered_list_open":
        start = token.attrs.get("start")
        return "<ol>\n" if start is None else f'<ol start="{int(start)}">\n'
    if kind in ("th_open", "td_open"):
        side = str(token.attrs.get("style", "")).removeprefix("text-align:")
        return f'<{token.tag} align="{side}">' if side else f"<{token.tag}>"
    if kind == "fence":
        return fence_html(token, context)
    if kind == "code_block":
        return code_html(token.content, "")
    if kind == "math_block":
        source = escape(token.content, quote=False)
        return f'<div class="math math--block" dir="ltr" data-math="">{source}</div>\n'
    raise ValueError(f"no HTML for {kind}")


def _item_html(token: Token) -> str:
    if "checked" not in token.meta:
        return "<li>"
    # The words stand in the page (_answer_words.html), in its language; what is rendered is for all readers.
    done = ' checked="" aria-labelledby="word-done"'
    state = done if token.meta["checked"] else ' aria-labelledby="word-to-do"'
    return f'<li class="task"><input type="checkbox" disabled=""{state}> '


def fence_html(token: Token, context: Context) -> str:
    language = language_of(token.info)
    if context.is_open and not token.meta["closed"]:
        return code_frame(language)[0] + escape(token.content, quote=False) + code_frame(language)[1]
    return code_html(token.content, language)


def language_of(info: str) -> str:
    match = _LABEL.search(unescapeAll(info).strip())
    return match[0] if match else ""


def code_frame(language: str) -> tuple[str, str]:
    """Return what stands before and after the code of a block."""
    head = f'<figcaption class="code__head"><span class="code__lang">{escape(language)}</span></figcaption>'
    before = f'<figure class="code" data-code="" dir="ltr">{head}<pre tabindex="0"><code class="highlight">'
    return before, "</code></pre></figure>"


def code_html(code: str, language: str) -> str:
    before, after = code_frame(language)
    return f"{before}{highlighted(code, language)}{after}\n"


def inline_html(content: str, context: Context, *, cell: bool = False) -> str:
    children: list[Token] = []
    MARKDOWN.inline.parse(content, MARKDOWN, context.environment(cell=cell), children)
    if any(token.level > MAX_DEPTH for token in children):
        raise TooDeep
    return _children_html(children, context, in_link=False)


def _children_html(children: Sequence[Token], context: Context, *, in_link: bool) -> str:
    out: list[str] = []
    index = 0
    while index < len(children):
        token = children[index]
        if token.type in ("text", "text_special"):
            out.append(text_html(token.content, in_link=in_link))
        elif token.type in _LINES:
            out.append(_LINES[token.type])
        elif token.type == "link_open":
            end = _closing(children, index)
            inner = children[index + 1 : end]
            out.append(_link_html(token, inner, context))
            index = end
        else:
            out.append(_span_html(token, context, in_link=in_link))
        index += 1
    return "".join(out)


def _closing(children: Sequence[Token], index: int) -> int:
    end = index + 1
    while children[end].type != "link_close":  # links do not nest
        end += 1
    return end


def _link_html(token: Token, inner: Sequence[Token], context: Context) -> str:
    html = _children_html(inner, context, in_link=True)
    title = str(token.attrs.get("title", ""))
    return link_html(str(token.attrs["href"]), html, _text_of(inner), title)


def _span_html(token: Token, context: Context, *, in_link: bool) -> str:
    if token.type == "code_inline":
        return f'<code dir="ltr">{escape(token.content, quote=False)}</code>'
    if token.type == "math_inline":
        kind = "math math--block" if token.meta["display"] else "math"
        return f'<span class="{kind}" dir="ltr" data-math="">{escape(token.content, quote=False)}</span>'
    if token.type == "image":
        label = f"[image: {_text_of(token.children or ())}]"
        shown = escape(label, quote=False)
        return shown if in_link else link_html(str(token.attrs["src"]), shown, label)
    if token.type == "footnote_ref":
        return _note_html(token.meta["label"], context.notes, in_link=in_link)
    raise ValueError(f"no HTML for {token.type}")


def _text_of(tokens: Sequence[Token]) -> str:
    parts = []
    for token in tokens:
        if token.type == "image":
            parts.append(_text_of(token.children or ()))
        else:
            parts.append("\n" if token.type in ("softbreak", "hardbreak") else token.content)
    return "".join(parts)


def _note_html(label: str, notes: Notes, *, in_link: bool) -> str:
    if notes.labels is None:
        return f'<sup class="footnote-ref">{label}</sup>'
    number = notes.numbers.setdefault(label, len(notes.numbers) + 1)
    use = notes.uses[label] = notes.uses.get(label, 0) + 1
    if in_link:
        return f'<sup class="footnote-ref">{number}</sup>'
    place = f"{notes.prefix}-{number}"
    back = f"fnref-{place}" if use == 1 else f"fnref-{place}-{use}"
    link = f'<a href="#fn-{place}" id="{back}" aria-labelledby="word-footnote {back}">{number}</a>'
    return f'<sup class="footnote-ref">{link}</sup>'
