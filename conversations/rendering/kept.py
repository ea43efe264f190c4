"""What is kept of a rendered text, so that the next page need not render it."""

from typing import TypedDict

from django.utils.safestring import SafeString

from .blocks import GrowingAnswer, normalized
from .clean import plain as plain_html
from .clean import trusted

# Raised whenever the HTML of the same text changes, so that what is stored is rendered anew.
RENDERER_VERSION = 2


class Rendered(TypedDict):
    """The names are those of Message: whoever stores the HTML stores all of it."""

    html: SafeString
    plain: bool
    renderer_version: int


def rendered(answer: GrowingAnswer) -> Rendered:
    """Finish `answer` and return what is kept of it."""
    answer.finish()
    return {"html": answer.view().html, "plain": answer.plain, "renderer_version": RENDERER_VERSION}


def render(text: str, *, plain: bool = False) -> Rendered:
    """Return what is kept of the whole of `text`; `plain` when rendering it once ran out of time."""
    if plain:
        return {"html": render_plain(text), "plain": True, "renderer_version": RENDERER_VERSION}
    return rendered(GrowingAnswer(text))


def render_markdown(text: str, *, plain: bool = False) -> SafeString:
    """Return the whole of `text` as HTML."""
    return render(text, plain=plain)["html"]


def render_plain(text: str) -> SafeString:
    """Return `text` as one block of escaped text."""
    return trusted(plain_html(normalized(text).replace("\r", "\n")) if text else "")
