import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.services.attachments.names import clean_name, ending_of


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("notes.txt", "notes.txt"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/var/files/report.pdf", "report.pdf"),
        ("photo\0.jpg", "photo.jpg"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u2066b\u2069c\ufeffd.txt", "abcd.txt"),
        ("line\r\nbreak\t.txt", "linebreak.txt"),
        ("lone\ud800half.txt", "lonehalf.txt"),
        ("  spaces   inside .txt ", "spaces inside .txt"),
        (".gitignore", ".gitignore"),
        ("été.md", "été.md"),
        ("..", "file"),
        ("", "file"),
        ("\0\u202e", "file"),
        ("folder/", "folder"),
    ],
)
def test_a_name_is_cleaned(given_name, kept):
    assert clean_name(given_name) == kept


def test_a_long_name_keeps_its_ending():
    name = clean_name("x" * 500 + ".pdf")

    assert len(name) == 120
    assert name.endswith("….pdf")
    assert len(clean_name("x" * 500)) == 120


@given(st.text(max_size=300) | st.text(alphabet="./\\\0\u202e\u2066ab\ud800 ", max_size=300))
def test_whatever_it_was_called_it_is_one_harmless_line(name):
    cleaned = clean_name(name)

    assert 0 < len(cleaned) <= 120
    assert not {"/", "\\", "\0"} & set(cleaned)
    assert not any(unicodedata.category(letter).startswith("C") for letter in cleaned)
    assert cleaned not in {".", ".."}
    assert cleaned.encode()
    assert cleaned == " ".join(cleaned.split())
    assert clean_name(cleaned) == cleaned


@pytest.mark.parametrize(
    ("name", "ending"), [("a.PY", "py"), ("a", ""), ("a.b`c", ""), ("a.", ""), ("a." + "x" * 30, "")]
)
def test_an_ending_names_a_language_or_nothing(name, ending):
    assert ending_of(name) == ending
