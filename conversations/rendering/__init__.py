"""Markdown -> safe HTML: whole (`render`), and as it grows (`GrowingAnswer`), with the same result.

Each top-level block of Markdown becomes exactly one root element. Raw HTML is text, images are links, links
are http, https or mailto. What is too costly to read becomes escaped text.
"""

from .blocks import GrowingAnswer, View
from .clean import trusted
from .effort import Effort
from .kept import (
    ON_READ,
    RENDERER_VERSION,
    Rendered,
    kept,
    render,
    render_markdown,
    render_plain,
    rendered,
)
from .settled import Block

__all__ = [
    "ON_READ",
    "RENDERER_VERSION",
    "Block",
    "Effort",
    "GrowingAnswer",
    "Rendered",
    "View",
    "kept",
    "render",
    "render_markdown",
    "render_plain",
    "rendered",
    "trusted",
]
