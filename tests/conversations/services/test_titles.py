import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.services.titles import PLACEHOLDER_TITLE_CHARACTERS, placeholder_title, plain_title


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


@pytest.mark.parametrize(
    "title",
    [
        "The snake_case of a_b",
        "2 * 3 * 4",
        "C# and F#",
        "Titles: a history",
        '"Why" and "How"',
        "“Why” and “How”",
        "Otters’ diet",
    ],
)
def test_marks_that_are_part_of_the_words_stay(title):
    assert plain_title(title) == title


@pytest.mark.parametrize("said", ["***", '""', "Title:", "# ", "…", "“”", "\u202e\u200b"])
def test_marks_alone_are_no_title(said):
    assert plain_title(said) == ""


def test_what_turns_the_direction_of_a_page_is_taken_out():
    assert plain_title("\u202eOtters\u2066 eat\u2069") == "Otters eat"


@given(st.text(alphabet="\"'“”«»*_`#>:. \t\n\0\u202eaTitleß", max_size=40) | st.text())
def test_whatever_a_model_says_is_at_most_one_line_of_it(said):
    title = plain_title(said)

    assert len(title.splitlines()) <= 1
    assert len(title) <= len(said)
    assert title == title.strip()
    assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in title)
    assert not title or any(letter.isalnum() for letter in title)
    assert plain_title(title) == title


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("# Otters\n\nWhat do **they** eat?", "Otters What do they eat?"),
        ("```python\nprint(1)\n```\nWhat does `print` do?", "print(1) What does print do?"),
        ("> - *Quoted*, and __more__", "Quoted, and more"),
        ("What is 2 * 3 * 4 in C# and snake_case?", "What is 2 * 3 * 4 in C# and snake_case?"),
        ("#hashtag stays", "#hashtag stays"),
        ("```", "```"),
    ],
)
def test_a_conversation_is_called_by_the_words_of_its_question_without_their_marks(asked, title):
    assert placeholder_title(asked) == title


@given(st.text(alphabet="#*`_>-~ \n\tab", max_size=200))
def test_a_question_of_any_marks_gives_a_title(asked):
    title = placeholder_title(asked)

    assert len(title) <= PLACEHOLDER_TITLE_CHARACTERS + 1
    assert "\n" not in title
    assert bool(title) == bool(asked.strip())
