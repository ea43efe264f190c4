"""The answers that are being made, as a page shows them."""

from conversations.models import Generation, Status
from conversations.rendering import trusted
from conversations.services.entries import Progress
from conversations.streaming import live
from conversations.streaming.frames import Cursor
from conversations.streaming.live import LiveAnswer


def find_progress(generation: Generation) -> Progress | None:
    """Return how far the answer of `generation` has come, or None when nobody makes it yet.

    What another process makes and nobody follows here is shown as it is stored, half a second behind.
    """
    if generation.status != Status.RUNNING:
        return None
    answer = live.find(generation) or as_stored(generation)
    view = answer.view()
    return Progress(
        html=trusted("".join(block.html for block in view.blocks)),
        tail=trusted(view.tail),
        reasoning=answer.reasoning,
        cursor=str(Cursor.at(answer.fence, view.blocks)),
    )


def as_stored(generation: Generation) -> LiveAnswer:
    answer = LiveAnswer(generation.pk, generation.fence)
    text, reasoning = generation.stored_text()
    answer.append_text(text)
    answer.append_reasoning(reasoning)
    return answer
