"""One top-level block -> one root element; a list is made of its items and a table of its rows."""

from dataclasses import dataclass

from markdown_it.token import Token

from .clean import clean, clean_row, plain
from .html import Context, TooDeep, html_of

LISTS = ("bullet_list_open", "ordered_list_open")
_TABLE_ENDS = ("</table></div>", "</tbody>\n</table></div>")

Parts = list[list[Token]]


@dataclass(slots=True)
class Split:
    """A list or table taken apart: the constant ends and, between them, the tokens of each item or row."""

    opening: str
    parts: Parts
    closing: str


def render_root(kind: str, tokens: list[Token], source: str, context: Context) -> str:
    """Return one root element for one top-level block; escaped text if its markup is too deep."""
    try:
        if kind in LISTS or kind == "table_open":
            split = split_up(kind, tokens, context)
            return split.opening + render_parts(kind, split.parts, context) + split.closing
        return clean(_with_direction(html_of(tokens, context))).strip()
    except TooDeep:
        return plain(source)


def split_up(kind: str, tokens: list[Token], context: Context) -> Split:
    """Take a list or table apart; its opening is clean."""
    parts = parts_of(kind, tokens)
    if kind in LISTS:
        return Split(
            _with_direction(html_of(tokens[:1], context)), parts, html_of(tokens[-1:], context).strip()
        )
    head = clean(_with_direction(html_of(tokens[: _body(tokens)], context) + _TABLE_ENDS[0]))
    head = head.removesuffix(_TABLE_ENDS[0])
    return Split(head + "<tbody>\n" if parts else head, parts, _TABLE_ENDS[bool(parts)])


def parts_of(kind: str, tokens: list[Token]) -> Parts:
    """Return the tokens of each item of a list or each body row of a table."""
    inside = tokens[1:-1] if kind in LISTS else tokens[_body(tokens) + 1 : -2]
    parts, depth, first = [], 0, 0
    for index, token in enumerate(inside):
        depth += token.nesting
        if depth == 0:
            parts.append(inside[first : index + 1])
            first = index + 1
    return parts


def render_parts(kind: str, parts: Parts, context: Context) -> str:
    """Return the HTML of items or rows, each cleaned alone; raises TooDeep."""
    cleaner = clean if kind in LISTS else clean_row
    return "".join(cleaner(html_of(part, context)) for part in parts)


def _body(tokens: list[Token]) -> int:
    return next((index for index, token in enumerate(tokens) if token.type == "tbody_open"), len(tokens) - 1)


def _with_direction(html: str) -> str:
    """Let the text of the root element decide its direction, unless it says so itself (code, math)."""
    end = html.index(">")
    return html if ' dir="' in html[:end] else f'{html[:end]} dir="auto"{html[end:]}'
