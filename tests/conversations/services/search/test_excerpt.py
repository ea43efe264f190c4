import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.services.search.excerpt import excerpt, fold
from conversations.services.search.query import Query, Term, parse_query


def shown(text: str, query: str) -> str:
    """The excerpt, what was found in brackets."""
    pieces = excerpt(text, parse_query(query))
    return "".join(f"[{piece.text}]" if piece.found else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Sea otters eat urchins", "otters", "Sea [otters] eat urchins"),
        ("Sea OTTERS, otters", "Otters", "Sea [OTTERS], [otters]"),
        ("Sea otters", "otter", "Sea otters"),
        ("Sea otters", "otter*", "Sea [otters]"),
        ("a_sea_otter", "otter", "a_sea_[otter]"),
        ("The sea-otter and the sea otter", '"sea otter"', "The [sea-otter] and the [sea otter]"),
        ("Crème brûlée", "creme", "[Crème] brûlée"),
        ("Cre\u0300me brûlée", "crème brulee", "[Cre\u0300me] [brûlée]"),
        ("Ω Ωμέγα", "ωμεγα", "Ω [Ωμέγα]"),
        ("私は東京都に住む", "東京", "私は[東京]都に住む"),
        ("100% of <b>otters</b>", "otters", "100% of <b>[otters]</b>"),
    ],
)
def test_what_was_looked_for_is_marked(text, query, expected):
    assert shown(text, query) == expected


def test_of_a_long_text_the_place_is_shown():
    text = shown("word " * 500 + "otter " + "word " * 500, "otter")

    assert text.startswith("… word")
    assert "[otter]" in text
    assert text.endswith(" …")
    assert len(text) < 250


def test_lines_are_joined():
    assert shown("Sea\n\n  otters\n- eat", "eat") == "Sea otters - [eat]"


@given(st.text())
def test_folding_keeps_every_place(text):
    assert len(fold(text)) == len(text)


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=8), max_size=4), st.booleans())
def test_an_excerpt_of_anything_is_its_text(text, words, begins):
    query = Query(wanted=tuple(Term(word, begins=begins) for word in words))

    pieces = excerpt(text, query)

    joined = "".join(piece.text for piece in pieces if piece.text not in ("… ", " …"))
    assert "".join(joined.split()) in "".join(text.split()) or not joined.strip()
