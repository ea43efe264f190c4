import pytest

from conversations.rendering import ON_READ, RENDERER_VERSION, kept, render
from conversations.rendering.kept import DEAR

CODE = "```python\n" + "eat(fish)\n" * (DEAR // 30) + "```"


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("", False),
        ("*Fish.*", False),
        ("fish " * (DEAR // 5 - 1), False),
        ("fish " * DEAR, True),
        (CODE, True),
    ],
    ids=["nothing", "short", "as long as may be", "long", "code"],
)
def test_html_is_kept_where_it_is_dear(text, is_kept):
    made = render(text)

    row = kept(made, text)

    assert row["renderer_version"] == (RENDERER_VERSION if is_kept else ON_READ)
    assert row["html"] == (made["html"] if is_kept else "")


def test_what_is_plain_text_is_never_kept():
    text = "fish " * DEAR

    row = kept(render(text, plain=True), text)

    assert (row["html"], row["plain"], row["renderer_version"]) == ("", True, ON_READ)
