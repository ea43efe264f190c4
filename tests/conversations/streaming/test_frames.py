import json

from hypothesis import given
from hypothesis import strategies as st

from conversations.rendering import GrowingAnswer, render_markdown, render_plain
from conversations.streaming.frames import Cursor, Frames, common_prefix, utf16_length
from conversations.streaming.live import LiveAnswer


class Browser:
    """What stream.js does with the events, in Python: lengths are in UTF-16 units, as in JavaScript."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.tail = ""
        self.reasoning = ""
        self.cursor = ""

    def read(self, wire: bytes) -> None:
        for part in wire.decode().split("\n\n"):
            if not part.startswith("event: "):
                continue
            name, cursor, data = (line.split(": ", 1)[1] for line in part.split("\n"))
            self.apply(name, json.loads(data))
            self.cursor = cursor

    def apply(self, name: str, data: dict) -> None:
        if name == "s" and data.get("reset"):
            self.blocks, self.tail, self.reasoning = [], "", ""
        elif name == "b":
            self.tail = ""
            if data["i"] == len(self.blocks):
                self.blocks.append(data["html"])
            else:
                self.blocks[data["i"]] = data["html"]
        elif name == "t":
            self.tail = keep(self.tail, data["keep"]) + data["html"]
        elif name == "r":
            self.reasoning = keep(self.reasoning, data["at"]) + data["text"]

    @property
    def html(self) -> str:
        return "".join(self.blocks) + self.tail


def keep(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le")


words = st.lists(
    st.sampled_from(
        [
            "Hello ",
            "*bold* ",
            "\n\n",
            "# Head\n",
            "- item\n",
            "```py\nx = 1\n```\n",
            "👩‍👩‍👧 ",
            "[a][b] ",
            "\n\n[b]: https://x.org\n\n",
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
        ]
    ),
    max_size=25,
)


@given(words, st.lists(st.integers(0, 3), max_size=25))
def test_a_browser_that_comes_and_goes_ends_with_what_a_reload_shows(pieces, whims):
    answer = LiveAnswer(1, fence=2)
    browser = Browser()
    frames = Frames(answer, Cursor())
    for index, piece in enumerate(pieces):
        answer.append_text(piece)
        answer.append_reasoning(piece)
        whim = whims[index] if index < len(whims) else 1
        if whim == 0:
            frames = Frames(answer, Cursor.parse(browser.cursor))
        if whim != 3:
            browser.read(frames.next())
    browser.read(frames.next(final=True))

    assert browser.html == render_markdown("".join(pieces))
    assert browser.reasoning == "".join(pieces)


@given(words, words, st.integers(0, 25))
def test_a_browser_goes_on_at_another_process_from_where_it_was(pieces, more, cut):
    """Two processes look at an answer at different moments; the cursor of one is understood by the other."""
    one, other = LiveAnswer(1, fence=2), LiveAnswer(1, fence=2)
    browser = Browser()
    for piece in pieces:
        one.append_text(piece)
        browser.read(Frames(one, Cursor.parse(browser.cursor)).next())
    for piece in [*pieces[:cut], *pieces[cut:], *more]:
        other.append_text(piece)
        if cut % 2:
            other.view()
    browser.read(Frames(other, Cursor.parse(browser.cursor)).next(final=True))

    assert browser.html == render_markdown("".join([*pieces, *more]))


def test_a_browser_whose_blocks_are_as_they_should_be_gets_only_what_it_lacks():
    one, other = LiveAnswer(1, fence=2), LiveAnswer(1, fence=2)
    browser = Browser()
    one.append_text("First.\n\nSecond.\n\nTh")
    browser.read(Frames(one, Cursor()).next())
    other.append_text("First.\n\nSecond.\n\nThird.\n\nFourth")
    wire = Frames(other, Cursor.parse(browser.cursor)).next()

    assert b"First" not in wire
    assert b"reset" not in wire
    assert wire.count(b"event: b\n") == 1


def test_nothing_new_sends_nothing():
    answer = LiveAnswer(1, fence=1)
    answer.append_text("Hello")
    frames = Frames(answer, Cursor())

    assert frames.next()
    assert frames.next() == b""


def test_an_answer_given_up_as_blocks_begins_anew_as_plain_text():
    answer = LiveAnswer(1, fence=1)
    answer._growing = GrowingAnswer(time_cap_s=0.02)
    browser, frames = Browser(), Frames(answer, Cursor())
    for _ in range(3_000):
        answer.append_text("A *short* paragraph.\n\n")
        browser.read(frames.next())
    browser.read(frames.next(final=True))

    assert answer.rendered()["plain"]
    assert browser.html == render_plain(answer.text)


def test_another_fence_begins_anew():
    answer = LiveAnswer(1, fence=2)
    answer.append_text("Hello")
    wire = Frames(answer, Cursor(fence=1, blocks=3, mark=9)).next()

    assert b'"reset":true' in wire


def test_a_cursor_that_cannot_be_read_is_the_cursor_of_a_new_browser():
    for text in ["", "x", "1-2", "1-2-x", "-1-2-3", "1--2-3", "9" * 5000, "١-٢-٣x"]:
        assert Cursor.parse(text) == Cursor()
    assert Cursor.parse("3-17-4f") == Cursor(3, 17, 0x4F)


@given(st.text(), st.text(), st.text())
def test_the_common_prefix_is_the_longest(shared, one, other):
    length = common_prefix(shared + one, shared + other)

    assert (shared + one)[:length] == (shared + other)[:length]
    assert length >= len(shared)
    assert (shared + one)[length : length + 1] != (shared + other)[length : length + 1] or length == len(
        shared + one
    ) == len(shared + other)


@given(st.text())
def test_lengths_are_those_of_javascript(text):
    assert utf16_length(text.replace("\ud800", "")) == len(text.encode("utf-16-le", "ignore")) // 2
