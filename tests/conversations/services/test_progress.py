"""An answer that no live answer of this process knows: what its page shows comes from the chunks."""

from conversations.models import Chunk, Generation, Status
from conversations.services.transcript import build_entries
from tests.factories import make_conversation


def test_a_page_shows_the_chunks_up_to_the_first_gap(ada):
    conversation = make_conversation(ada, "What do otters eat?", "")
    Generation.objects.update(status=Status.RUNNING)
    for kind, position, text in [
        ("answer", 0, "Fish"),
        ("answer", 4, " and"),
        ("answer", 90, "beyond a gap"),
        ("reasoning", 0, "Hm."),
    ]:
        Chunk.objects.create(generation=conversation.leaf.generation, kind=kind, position=position, text=text)

    shown = build_entries(conversation)[-1]

    assert "Fish and" in shown.tail
    assert "gap" not in shown.tail
    assert shown.reasoning == "Hm."
