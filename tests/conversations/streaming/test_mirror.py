"""An answer that one process makes and another mirrors, whatever the post between them does."""

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.rendering import render_markdown
from conversations.streaming import live
from tests.conversations.streaming.two_processes import TwoProcesses

pieces = st.text(max_size=20) | st.sampled_from(
    [
        *("", "Otters ", "*eat* ", "fish.\n\n", "# Head\n", "- item\n", "\n\n", "\r", "\n"),
        *("```py\nx = 1\n", "```\n", "[a][b] ", "\n\n[b]: https://x.org\n\n", "[b]"),
        *("| a | b |\n|---|---|\n", "| 1 | 2 |\n", "👩‍👩‍👧 ", "\u2028", "[^1] ", "\n[^1]: note\n"),
        "long " * 700,  # more than one letter
    ]
)
whims = st.integers(0, 40)
events = st.one_of(
    st.tuples(st.just("grow"), pieces, pieces),
    st.tuples(st.sampled_from(["tell", "ask", "deliver_all"])),
    st.tuples(st.sampled_from(["deliver", "double", "lose"]), whims),
    st.tuples(st.just("wait"), st.floats(0, 3)),
    st.tuples(st.sampled_from(["store", "look_up"])),
    st.tuples(st.sampled_from(["stay", "hop_to_the_mirror", "hop_to_the_owner"])),
)
# A list of lists is longer than a list, and shrinks as well.
stories = st.lists(st.lists(events, max_size=20), max_size=20).map(lambda parts: list(chain(*parts)))


def happen(two: TwoProcesses, story: list[tuple]) -> None:
    for name, *details in story:
        getattr(two, name)(*details)
        mirror, answer = two.mirror.answer, two.answer
        assert answer.text.startswith(mirror.text)
        assert answer.reasoning.startswith(mirror.reasoning)
        assert not mirror.kept or (answer.text, answer.reasoning) == (mirror.text, mirror.reasoning)


@pytest.fixture(autouse=True)
def nobody_else_answers():
    yield
    live.running.clear()


@settings(max_examples=400)
@given(stories, st.booleans(), stories)
def test_a_mirror_is_a_prefix_while_letters_are_lost_and_whole_when_they_arrive(story, kept, afterwards):
    two = TwoProcesses()
    happen(two, [*story, ("end", kept), *afterwards, ("calm_down",)])

    assert two.mirror.answer.ended
    assert two.mirror.answer.kept == (kept and not two.gave_up)
    if not two.gave_up:
        assert two.mirror.answer.text == two.answer.text
        assert two.mirror.answer.reasoning == two.answer.reasoning


@settings(max_examples=400)
@given(stories, st.sampled_from(["hop_to_the_mirror", "hop_to_the_owner"]))
def test_whoever_followed_a_mirror_ends_with_what_a_reload_shows(story, hop):
    two = TwoProcesses()
    happen(two, [*story, ("calm_down",), ("end", True), ("calm_down",), ("stay",), (hop,)])

    assert not two.gave_up
    for browser in (two.stayed, two.hopped):
        assert browser.html == render_markdown(two.answer.text)
        assert browser.reasoning == two.answer.reasoning
