"""What is kept of a rendered text, so that the next page need not render what is dear to render."""

from typing import TypedDict

from django.utils.safestring import SafeString

from .blocks import GrowingAnswer, normalized
from .clean import plain as plain_html
from .clean import trusted

# Raised whenever the HTML of the same text changes, so that what is stored is rendered anew.
RENDERER_VERSION = 2
# Stands for a version where no HTML is kept: the text is rendered whenever it is read. Releases that kept all
# HTML take it for an older version, and render too.
ON_READ = 32_767
# Most answers are rendered in half a millisecond, and their HTML is longer than they are. This is about two
# milliseconds; a page shows at most twenty answers.
DEAR = 4_000
CODE_COSTS = 3  # times what other words cost


class Rendered(TypedDict):
    """The names are those of Message, which stores of it what `kept` returns."""

    html: SafeString
    plain: bool
    renderer_version: int


def rendered(answer: GrowingAnswer) -> Rendered:
    """Finish `answer` and return all of it."""
    answer.finish()
    return {"html": answer.view().html, "plain": answer.plain, "renderer_version": RENDERER_VERSION}


def kept(made: Rendered, text: str) -> Rendered:
    """Return what a row keeps of `made`, the rendered `text`: its HTML only where that is dear to make."""
    if is_dear(text) and not made["plain"]:
        return made
    return {"html": trusted(""), "plain": made["plain"], "renderer_version": ON_READ}


def is_dear(text: str) -> bool:
    """Return whether rendering `text` takes so long that not every page should."""
    if len(text) * CODE_COSTS <= DEAR:
        return False
    code = sum(map(len, text.split("```")[1::2]))
    return len(text) + (CODE_COSTS - 1) * code > DEAR


def render(text: str, *, plain: bool = False) -> Rendered:
    """Return the whole of `text` rendered; `plain` when rendering it once ran out of time."""
    if plain:
        return {"html": render_plain(text), "plain": True, "renderer_version": RENDERER_VERSION}
    return rendered(GrowingAnswer(text))


def render_markdown(text: str, *, plain: bool = False) -> SafeString:
    """Return the whole of `text` as HTML."""
    return render(text, plain=plain)["html"]


def render_plain(text: str) -> SafeString:
    """Return `text` as one block of escaped text."""
    return trusted(plain_html(normalized(text).replace("\r", "\n")) if text else "")
