"""Markdown -> safe HTML: whole (`render_markdown`), and as it grows (`GrowingAnswer`), with the same result.

Each top-level block of Markdown becomes exactly one root element. Raw HTML is text, images are links, links
are http, https or mailto. What is too costly to read becomes escaped text.
"""

from django.utils.safestring import SafeString

from .blocks import GrowingAnswer, View, normalized
from .clean import plain as plain_html
from .clean import trusted
from .settled import Block

# Raised whenever the HTML of the same text changes, so that what is stored is rendered anew.
RENDERER_VERSION = 1

__all__ = ["RENDERER_VERSION", "Block", "GrowingAnswer", "View", "render_markdown", "render_plain", "trusted"]


def render_markdown(text: str, *, plain: bool = False) -> SafeString:
    """Return the whole of `text` as HTML; `plain` for an answer whose live rendering ran out of time."""
    if plain:
        return render_plain(text)
    answer = GrowingAnswer(text)
    answer.finish()
    return answer.view().html


def render_plain(text: str) -> SafeString:
    """Return `text` as one block of escaped text."""
    return trusted(plain_html(normalized(text).replace("\r", "\n")) if text else "")
