"""An answer that one process makes and another mirrors, whatever the post between them does."""

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.rendering import render_markdown
from conversations.streaming import live
from conversations.streaming.feed import WATCHED_FOR_S
from conversations.streaming.mirror import (
    ASK_AGAIN_S,
    ASK_EVERY_S,
    LOOK_EVERY_S,
    SILENT_AFTER_S,
    TOLD_WITHIN_S,
)
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


@settings(max_examples=200)
@given(stories, st.booleans(), stories)
def test_a_mirror_is_a_prefix_while_letters_are_lost_and_whole_when_they_arrive(story, kept, afterwards):
    two = TwoProcesses()
    happen(two, [*story, ("end", kept), *afterwards, ("calm_down",)])

    assert two.mirror.answer.ended
    assert two.mirror.answer.kept == (kept and not two.gave_up)
    if not two.gave_up:
        assert two.mirror.answer.text == two.answer.text
        assert two.mirror.answer.reasoning == two.answer.reasoning


@settings(max_examples=200)
@given(stories, st.sampled_from(["hop_to_the_mirror", "hop_to_the_owner"]))
def test_whoever_followed_a_mirror_ends_with_what_a_reload_shows(story, hop):
    two = TwoProcesses()
    happen(two, [*story, ("calm_down",), ("end", True), ("calm_down",), ("stay",), (hop,)])

    assert not two.gave_up
    for browser in (two.stayed, two.hopped):
        assert browser.html == render_markdown(two.answer.text)
        assert browser.reasoning == two.answer.reasoning


def followed() -> TwoProcesses:
    """Two processes of which one has begun to follow."""
    two = TwoProcesses()
    two.grow("Fish", "Hm.")
    two.deliver_all()
    return two


def test_a_browser_that_hops_gets_no_block_twice():
    two = followed()
    two.hop_to_the_owner()
    for number, hop in enumerate([two.hop_to_the_mirror, two.hop_to_the_owner] * 3):
        two.grow(f"\n\nParagraph {number}.\n\nOpen", "")
        two.tell()
        two.deliver_all()
        wire = hop()

        assert b"reset" not in wire
        assert b"Fish" not in wire or not number
        assert f"Paragraph {number - 2}".encode() not in wire


def test_who_follows_has_all_there_was_when_it_asked():
    two = followed()

    assert two.mirror.is_whole.is_set()
    assert (two.mirror.answer.text, two.mirror.answer.reasoning) == ("Fish", "Hm.")


@pytest.mark.parametrize("more", [("", " More."), (" and crabs.", "")], ids=["reasoning", "text"])
def test_a_mirror_ends_only_when_it_has_all(more):
    two = followed()
    two.grow(*more)
    two.tell()
    two.lose(0)
    two.end(kept=True)
    two.tell()
    two.lose(0)
    two.deliver_all()
    assert not two.mirror.answer.ended

    two.wait(ASK_AGAIN_S)
    two.ask()
    two.deliver_all()
    assert two.mirror.answer.kept
    assert two.mirror.answer.text == two.answer.text


def test_after_a_gap_a_mirror_asks_once():
    two = followed()
    two.wait(ASK_AGAIN_S)
    two.grow("x" * 5_000, "")
    two.tell()
    assert len(two.under_way) == 5
    two.lose(0)
    for _ in range(4):
        two.deliver()

    assert [letter[0] for letter in two.under_way] == ["watch"]


def test_an_answer_that_changed_is_looked_up_unless_its_owner_tells_of_it_soon():
    """The ring that an answer has ended is faster than the letter that says how."""
    two = followed()
    two.mirror.doubt()
    assert not two.mirror.is_silent

    two.wait(TOLD_WITHIN_S + 0.01)
    assert two.mirror.is_silent
    two.mirror.stored("Fish", "Hm.", ended=False)
    assert not two.mirror.is_silent


def test_an_owner_who_says_nothing_for_long_is_silent_until_the_next_word():
    two = followed()
    two.wait(SILENT_AFTER_S + 0.01)
    assert two.mirror.is_silent
    two.mirror.stored("Fish and", "Hm.", ended=False)
    assert two.mirror.is_silent  # it was not the owner who said so
    assert two.mirror.answer.text == "Fish and"

    two.grow(" and crabs.", "")
    two.tell()
    two.deliver_all()
    assert not two.mirror.is_silent
    assert two.mirror.answer.text == "Fish and crabs."


def test_an_owner_is_asked_before_it_forgets_and_before_it_seems_silent():
    two = followed()
    asked_at = []
    for _ in range(round(WATCHED_FOR_S / LOOK_EVERY_S)):
        two.wait(LOOK_EVERY_S)
        two.mirror.ask(not_within_s=ASK_EVERY_S - LOOK_EVERY_S / 2)
        asked_at += [two.now for _ in two.under_way]
        two.deliver_all()
        assert not two.mirror.is_silent

    assert asked_at == [2, 4, 6, 8, 10, 12, 14]
