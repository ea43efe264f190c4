from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.services.errors import Refusal
from conversations.services.search.query import LONGEST, Query, Term, parse_query


def test_words_are_wanted_and_a_minus_takes_them_away():
    assert parse_query("otter  -river") == Query(wanted=(Term("otter"),), unwanted=(Term("river"),))


def test_what_stands_in_quotes_stands_together():
    query = parse_query('"sea otter" -"river bank" "left open')

    assert query.wanted == (Term("sea otter", quoted=True), Term("left open", quoted=True))
    assert query.unwanted == (Term("river bank", quoted=True),)


def test_a_star_lets_a_word_go_on():
    assert parse_query("ott*").wanted == (Term("ott", begins=True),)


def test_operators_are_understood_in_any_case():
    query = parse_query('MODEL:sonnet in:"Sea life" is:pinned -is:archived before:2026-03 after:2025')

    assert query == Query(
        models=("sonnet",),
        folders=("Sea life",),
        pinned=True,
        archived=False,
        before=date(2026, 3, 1),
        after=date(2025, 1, 1),
    )


def test_what_looks_like_an_operator_and_is_none_is_words():
    assert parse_query("https://example.org/otter").wanted == (Term("https://example.org/otter"),)


@pytest.mark.parametrize("text", ["", "   ", "\0", "-", '"', '""', "***", "model:", "in:", "( ) ^ + : *"])
def test_nothing_to_look_for_is_nothing(text):
    assert parse_query(text).is_empty


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("before:yesterday", "“before:yesterday” is not a date."),
        ("after:2026-13", "is not a date"),
        ("after:2026-02-30", "is not a date"),
        ("is:unread", "“is:unread” is not known."),
        ("-in:Biology otter", "A minus does not work before “in:”"),
        ("-otter", "Add a word to look for"),
        ("x" * (LONGEST + 1), "A search can have 500 characters; this one has 501."),
        ("a b c d e f g h i j k l m n o p q r s t u", "A search can have 20 words."),
    ],
)
def test_what_cannot_be_understood_is_told(text, sentence):
    with pytest.raises(Refusal) as refusal:
        parse_query(text)

    assert sentence in str(refusal.value)


PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ['"', "-", "*", ":", "AND", "OR", "NOT", "NEAR(", "in:", "is:", "before:", "\0", "'", "\\", "&", "!"]
    ),
)
TEXTS = st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=30).map("".join)


@given(TEXTS)
def test_any_text_is_a_query_or_a_sentence(text):
    try:
        query = parse_query(text)
    except Refusal:
        return
    assert all("\0" not in term.text for term in (*query.wanted, *query.unwanted))
