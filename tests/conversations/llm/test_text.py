from hypothesis import given
from hypothesis import strategies as st

from conversations.llm.text import TextJoiner, clean, clean_word

ANY_TEXT = st.text(st.characters(exclude_categories=()) | st.sampled_from("\ud83d\ude00\0"))


@given(st.lists(ANY_TEXT))
def test_pieces_give_what_the_whole_gives(pieces):
    joiner = TextJoiner()

    joined = "".join(joiner.add(piece) for piece in pieces) + joiner.rest()

    assert joined == clean("".join(pieces))


@given(ANY_TEXT)
def test_no_surrogate_and_no_nul_is_left(text):
    cleaned = clean(text)

    assert cleaned.encode().decode() == cleaned
    assert "\0" not in cleaned


def test_an_emoji_cut_between_its_surrogates_is_whole():
    joiner = TextJoiner()

    assert [joiner.add("a\ud83d"), joiner.add("\ude00b"), joiner.rest()] == ["a", "😀b", ""]


def test_half_an_emoji_at_the_end_is_replaced():
    joiner = TextJoiner()

    assert [joiner.add("a\ud83d"), joiner.rest()] == ["a", "\ufffd"]


def test_a_foreign_word_is_short_and_a_string():
    assert clean_word("x" * 1000, 64) == "x" * 64
    assert clean_word({"not": "a string"}) == ""
    assert clean_word(None) == ""
    assert clean_word(" \ud83dstop\0 ") == "\ufffdstop"
