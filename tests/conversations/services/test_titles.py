import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.services.titles import plain_title


@pytest.mark.parametrize(
    "said",
    [
        "Why the sky is blue",
        "**Why the sky is blue**",
        '"Why the sky is blue."',
        "Title: Why the sky is blue",
        "# Title: *Why the sky is blue*\n\nI chose this because",
        "**Title: Why the sky is blue**",
        "“**Why the sky is blue**”",
        "  `Why the sky is blue`  ",
    ],
)
def test_a_title_is_its_words_alone(said):
    assert plain_title(said) == "Why the sky is blue"


@pytest.mark.parametrize("title", ["The snake_case of a_b", "2 * 3 * 4", "C# and F#", "Titles: a history"])
def test_marks_that_are_part_of_the_words_stay(title):
    assert plain_title(title) == title


@given(st.text())
def test_whatever_a_model_says_is_at_most_one_line_of_it(said):
    title = plain_title(said)

    assert len(title.splitlines()) <= 1
    assert len(title) <= len(said)
    assert title == title.strip()
