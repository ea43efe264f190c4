"""The last step of everything that is shown: an allow-list of tags, attributes, classes and schemes.

Nothing here trusts the renderer before it. A list item or a table row goes through it alone and is then only
put between tags that are constants of ours.
"""

from html import escape

import nh3
from django.utils.safestring import SafeString, mark_safe
from pygments.token import STANDARD_TYPES

_TOKEN_CLASSES = {name for name in STANDARD_TYPES.values() if name}
_TAGS = set(
    """p h3 ul ol li blockquote hr br pre code figure figcaption span div table thead tbody tr th td
    a em strong del sup section input""".split()  # noqa: SIM905 - a list that is read, not a column of forty lines
)
_ATTRIBUTES = {
    "*": {"dir"},
    "a": {"href", "title", "id", "aria-labelledby"},
    "ol": {"start"},
    "li": {"id"},
    "figure": {"data-code"},
    "pre": {"tabindex"},
    "span": {"data-math"},
    "div": {"data-math", "tabindex"},
    "section": {"aria-label"},
    "th": {"align"},
    "td": {"align"},
    "input": {"type", "disabled", "checked", "aria-labelledby"},
}
_CLASSES = {
    "figure": {"code"},
    "figcaption": {"code__head"},
    "code": {"highlight"},
    "pre": {"plain"},
    "div": {"table", "math", "math--block"},
    "li": {"task"},
    "section": {"footnotes"},
    "sup": {"footnote-ref"},
    "h3": {f"heading-{level}" for level in range(1, 7)},
    "a": {"footnote-back"},
    "span": {"code__lang", "link__host", "math", "math--block"} | _TOKEN_CLASSES,
}


def _within_page(url: str) -> str | None:
    return url if url.startswith("#fn") else None


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=set(),
    attributes=_ATTRIBUTES,
    allowed_classes=_CLASSES,
    url_schemes={"http", "https", "mailto"},
    url_relative=_within_page,
    link_rel="noopener noreferrer nofollow",
)
_ROW = ("<table><tbody>", "</tbody></table>")


def clean(html: str) -> str:
    """Return `html` with nothing in it but what the allow-list names."""
    return _CLEANER.clean(html)


def clean_row(html: str) -> str:
    """Return one `<tr>` cleaned; alone, outside a table, the HTML parser would drop its tags."""
    cleaned = _CLEANER.clean(_ROW[0] + html + _ROW[1])
    if not cleaned.startswith(_ROW[0]) or not cleaned.endswith(_ROW[1]):
        return ""
    return cleaned[len(_ROW[0]) : -len(_ROW[1])]


def clean_text(text: str) -> str:
    """Return `text` as HTML that shows every character of it."""
    return _CLEANER.clean(escape(text, quote=False))


def plain(text: str) -> str:
    """Return the fallback for what is too costly to read as Markdown: the text as it is."""
    return f'<pre class="plain" dir="auto">{clean_text(text)}</pre>'


def trusted(html: str) -> SafeString:
    """Say to templates that `html` was made here. The only `mark_safe` of the site."""
    return mark_safe(html)  # noqa: S308 - everything that comes here went through `clean`
