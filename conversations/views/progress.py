"""The answers that this process is making, as a page shows them."""

from conversations.models import Generation
from conversations.rendering import trusted
from conversations.services.transcript import Progress
from conversations.streaming import live
from conversations.streaming.frames import Cursor


def find_progress(generation: Generation) -> Progress | None:
    """Return how far the answer of `generation` has come, or None when another process makes it."""
    answer = live.find(generation)
    if answer is None:
        return None
    view = answer.view()
    return Progress(
        html=trusted("".join(block.html for block in view.blocks)),
        tail=trusted(view.tail),
        reasoning=answer.reasoning,
        cursor=str(Cursor.at(answer.fence, view.blocks)),
    )
