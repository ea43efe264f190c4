import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.rendering import GrowingAnswer, View, render_markdown, render_plain
from tests.conversations.rendering.markup import roots
from tests.conversations.rendering.streams import FRAGMENTS, grow, pieces, random_document, work_of

documents = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=60).map("".join)
cuts = st.lists(st.integers(0, 100_000), max_size=30)

WORDS = "The **quick** brown fox jumps over `the` lazy dog and [goes](https://example.com/x) on. "


@settings(max_examples=200, deadline=None)
@given(documents, cuts)
def test_however_an_answer_is_cut_it_ends_as_a_reload_shows_it(text, places):
    assert grow(pieces(text, places)) == render_markdown(text)


@pytest.mark.parametrize("seed", range(40))
def test_an_answer_that_comes_letter_by_letter_ends_as_a_reload_shows_it(seed):
    text = random_document(seed)

    assert grow(iter(text)) == render_markdown(text)


@settings(max_examples=60, deadline=None)
@given(documents, cuts)
def test_every_view_is_safe_and_each_block_is_one_element(text, places):
    def look(view: View) -> None:
        roots(view.tail)
        for block in view.blocks:
            assert len(roots(block.html)) == 1

    grow(pieces(text, places), look=look)


@settings(max_examples=60, deadline=None)
@given(documents, cuts)
def test_views_tell_what_changed(text, places):
    answer = GrowingAnswer()
    views = [answer.view()]
    for piece in pieces(text, places):
        answer.append(piece)
        views.append(answer.view())
    answer.finish()
    views.append(answer.view())

    for before, after in pairwise(views):
        if after is before:
            continue
        assert after.rev == before.rev + 1
        assert after.tail[: after.stable] == before.tail[: after.stable]
        assert (after.tail_rev == after.rev) == (after.tail != before.tail)
        for index, block in enumerate(after.blocks):
            is_new = index >= len(before.blocks) or before.blocks[index].html != block.html
            assert block.rev <= after.rev
            assert block.rev == after.rev or not is_new


def test_looking_again_costs_nothing_and_shows_the_same():
    answer = GrowingAnswer("Hello *there*")
    view = answer.view()

    assert answer.view() is view
    assert work_of(answer.view) < 10


def test_an_answer_taken_up_in_the_middle_is_as_one_watched_from_the_start():
    watched = GrowingAnswer()
    for piece in pieces("- one\n- two\n\nText [a]\n\n[a]: http", [3, 9, 17, 20]):
        watched.append(piece)
        watched.view()
    taken_up = GrowingAnswer("- one\n- two\n\nText [a]\n\n[a]: http")

    assert [block.html for block in taken_up.view().blocks] == [block.html for block in watched.view().blocks]
    assert taken_up.view().tail == watched.view().tail


def test_a_closed_block_is_replaced_only_for_a_late_link_definition():
    answer = GrowingAnswer("See [the docs].\n\nMore words.\n\n")
    first, second = answer.view().blocks
    answer.append("[the docs]: https://example.com/docs\n\n")
    view = answer.view()

    assert 'href="https://example.com/docs"' in view.blocks[0].html
    assert view.blocks[0].rev == view.rev > first.rev
    assert view.blocks[1] == second


def test_an_open_fence_is_plain_text_that_grows_and_is_coloured_when_it_closes():
    answer = GrowingAnswer("```python\nimport os\n")
    opened = answer.view()
    answer.append("x = 1\n")
    grown = answer.view()
    answer.append("```\n")
    closed = answer.view()

    assert opened.tail.count("<span") == 1  # the label
    assert "import os\nx = 1\n</code>" in grown.tail
    assert grown.stable >= len(opened.tail) - len("</code></pre></figure>")
    assert closed.tail == ""
    assert '<span class="kn">import</span>' in closed.blocks[0].html


def test_marks_alone_at_the_end_of_the_text_are_not_shown_yet():
    answer = GrowingAnswer("A sentence.\n-")
    assert answer.view().tail == '<p dir="auto">A sentence.</p>'

    answer.append(" one")
    assert "<li>one" in answer.view().tail


@pytest.mark.parametrize("above", ["- one\n- two\n", "1. one\n2. two\n", "| a |\n|---|\n| one |\n| two |\n"])
def test_what_follows_a_list_or_a_table_is_shown_below_it_as_it_comes(above):
    answer = GrowingAnswer(above)
    alone = answer.view().tail
    said = "\n"
    answer.append(said)
    for word in ["And ", "so ", "it ", "**goes** ", "on"]:
        said += word
        answer.append(word)
        assert answer.view().tail.replace(" </p>", "</p>") == alone + render_markdown(said)


def test_an_item_that_makes_the_list_loose_changes_those_before_it():
    text = "- one\n- two\n- three\n\n- four\n- five\n"
    answer = GrowingAnswer()
    for letter in text:
        answer.append(letter)
        answer.view()

    assert answer.view().tail.count("<p>") >= 4
    assert grow(iter(text)) == render_markdown(text)


def test_footnotes_are_numbered_at_the_end():
    text = "Fish[^b] and crabs[^a].\n\n[^a]: Of the sea.\n[^b]: Raw.\n\nThe end.\n"
    answer = GrowingAnswer(text)
    assert "[^b]" in answer.view().blocks[0].html

    answer.finish()
    *_, section = roots("".join(block.html for block in answer.view().blocks))
    notes = section.all("li")
    assert section.attributes["class"] == "footnotes"
    assert [note.text.split(" ↩")[0].strip() for note in notes] == ["Raw.", "Of the sea."]


def test_a_numbered_mention_looks_like_a_footnote_until_the_end_tells():
    answer = GrowingAnswer("See[^1], but not [^2](https://example.org) or `[^3]`, nor[^4].\n\nMore\n\nand")
    growing = roots(answer.view().blocks[0].html)[0]
    assert [mark.text for mark in growing.all("sup")] == ["1", "4"]

    answer.append(".\n\n[^1]: Here.\n")
    answer.finish()

    said, *_ = roots("".join(block.html for block in answer.view().blocks))
    assert [mark.text for mark in said.all("sup")] == ["1"]
    assert "nor[^4]." in said.text


def test_what_comes_after_the_end_is_not_taken():
    answer = GrowingAnswer("One.")
    answer.finish()
    answer.append(" Two.")

    assert answer.view().blocks[0].html == '<p dir="auto">One.</p>'


def test_an_answer_that_used_up_its_time_is_plain_text_to_its_end():
    answer = GrowingAnswer("# One\n\nTwo *three*", time_cap_s=0)
    tail = answer.view().tail
    answer.append(" <b>four</b>")
    answer.finish()

    assert tail == '<pre class="plain" dir="auto"># One\n\nTwo *three*</pre>'
    assert answer.plain
    assert "".join(block.html for block in answer.view().blocks) == render_plain(
        "# One\n\nTwo *three* <b>four</b>"
    )


SHAPES = {
    "prose": lambda size: (WORDS * 3 + "\n\n- one\n- two\n\n```py\nx = 1\n```\n\n") * (size // 300),
    "a list": lambda size: "".join(
        f"- item {i} with **bold** text and more words here\n" for i in range(size // 64)
    ),
    "a loose list": lambda size: "".join(
        f"{i}. item with **bold** text, more words\n\n" for i in range(size // 64)
    ),
    "a table": lambda size: (
        "| a | b |\n|---|---|\n" + "| one **row** | and some more words here |\n" * (size // 64)
    ),
    "a paragraph": lambda size: WORDS * (size // len(WORDS)),
    "an open fence": lambda size: "```python\n" + "x = [1, 2, 3]  # some code\n" * (size // 27),
    "a nested list": lambda size: (
        "- top\n" + "".join(f"{'  ' * (1 + i % 6)}- **item**\n" for i in range(size // 20))
    ),
    "a quoted list": lambda size: "> - item with **bold** text and more\n" * (size // 37),
    "late definitions": lambda size: (
        "".join(f"see [x{i}] and\n\n" for i in range(size // 40))
        + "".join(f"[x{i}]: http://a.b/{i}\n" for i in range(size // 40))
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_text_costs_four_times_the_work(shape):
    def stream(size: int) -> int:
        text = SHAPES[shape](size)
        parts = (text[start : start + 4] for start in range(0, len(text), 4))
        return work_of(lambda: grow(parts, every=10))

    grow(iter(SHAPES[shape](2_000)))  # lexers are built at first use
    assert stream(12_000) <= 4.5 * stream(3_000)


def test_twenty_thousand_single_letters_cost_little_each():
    text = (SHAPES["prose"](10_000) + SHAPES["a list"](5_000) + SHAPES["a table"](5_000))[:20_000]
    grow(iter(text[:2_000]))

    # 5 s for 20,000 letters is 250 microseconds a letter; a call takes about a tenth of one.
    assert work_of(lambda: grow(iter(text[:4_000]))) / 4_000 < 1_200


def test_a_cut_inside_a_line_ending_makes_no_second_line():
    assert grow(iter(["one\r", "\ntwo\r", "three"])) == render_markdown("one\r\ntwo\rthree")
    assert render_markdown("one\r\ntwo\rthree") == '<p dir="auto">one\ntwo\nthree</p>'


def test_random_pieces_of_a_real_answer_end_alike():
    text = SHAPES["prose"](3_000) + SHAPES["a table"](1_000) + SHAPES["a loose list"](1_000)
    for seed in range(10):
        chance = random.Random(seed)
        places = [chance.randrange(len(text)) for _ in range(200)]
        assert grow(pieces(text, places)) == render_markdown(text)
