"""Sent twice, sent from two tabs, sent as it was typed: one message each, or a sentence why not."""

from functools import partial
from uuid import uuid4

import httpx
import pytest

from tests.faults.invariants import stored
from tests.faults.page import Page
from tests.faults.shown import read_message
from tests.served.database import Database

from .together import at_once


@pytest.mark.promise(row="B3")
def test_a_message_that_is_sent_twice_at_once_is_stored_once(two_tabs, hold_true, figures):
    for number in figures.times(10, long=100):
        here, there = two_tabs()
        send_doubled(here, there, f"words-3@0 double {number}, the first of all")
        send_doubled(here, there, f"words-3@0 double {number}, the second")

    hold_true()


def send_doubled(here: Page, there: Page, text: str) -> None:
    key = str(uuid4())
    one, two = at_once(*(partial(page.send, text, key=key) for page in (here, there)))
    assert (one.status_code, two.status_code) == (200, 200)
    assert read_message(one.text).message == read_message(two.text).message
    assert here.conversation == there.conversation
    for page in (here, there):
        page.open(here.conversation).wait_for_end()


@pytest.mark.promise(row="B3")
def test_a_form_that_a_browser_sends_again_leads_to_the_same_page(two_tabs, hold_true):
    here, there = two_tabs()
    form = {"text": "words-3@0 by a plain form", "key": str(uuid4())}
    first = here.post("/", form, htmx=False)
    again = there.post("/", form, htmx=False)
    here.open(first.headers["Location"]).wait_for_end()
    late = here.post("/", form, htmx=False)

    assert {sent.status_code for sent in (first, again, late)} == {302}
    assert {sent.headers["Location"] for sent in (first, again, late)} == {here.conversation}
    assert stored_times(here.site.database, form["text"]) == 1
    hold_true()


def stored_times(database: Database, text: str) -> int:
    return len(database.query("SELECT 1 FROM conversations_message WHERE text = %s", text))


@pytest.mark.promise(row="B3")
def test_retry_that_is_pressed_twice_is_one_more_answer(two_tabs, upstream, hold_true, figures):
    for number in figures.times(5, long=50):
        here, there = two_tabs()
        question = f"error-400x1 retried {number}"
        failed = here.ask(question).wait_for_end()
        address = f"/m/{failed.shown.message}/regenerate/"
        sent = at_once(*(partial(page.post, address) for page in (here, there)))
        failed.is_left = True

        assert [response.status_code for response in sent] == [200, 200]
        assert any("An answer is still being written here." in response.text for response in sent)
        here.open(here.conversation).wait_for_end()
        assert upstream.times_asked(question) == 2

    hold_true()


@pytest.mark.promise(row="B4")
def test_of_two_tabs_that_send_at_once_one_is_told_that_the_other_was_first(two_tabs, hold_true, figures):
    for number in figures.times(10, long=100):
        here, there = two_tabs()
        here.ask(f"words-3@0 before race {number}").wait_for_end()
        there.open(here.conversation)
        texts = [f"words-10@100 race {number} from {side}" for side in ("here", "there")]
        sent = at_once(*(partial(page.send, text) for page, text in zip((here, there), texts, strict=True)))

        tell_who_lost(sent, texts)
        for page in (here, there):
            assert page.open(here.conversation).wait_for_end().words == 10
        lost = texts[[response.status_code for response in sent].index(422)]
        assert here.ask(lost).wait_for_end().shown.status == "done"
        assert branches(here.site.database) == []

    hold_true()


def tell_who_lost(sent: list[httpx.Response], texts: list[str]) -> None:
    assert sorted(response.status_code for response in sent) == [200, 422]
    lost, text = next(pair for pair in zip(sent, texts, strict=True) if pair[0].status_code == 422)
    assert "This conversation went on elsewhere." in lost.text
    assert text in lost.text, "the box has lost its words"


def branches(database: Database) -> list[tuple[object, ...]]:
    """Return the messages that have more than one below them, where nobody has edited or asked again."""
    return database.query(
        """SELECT parent.id, count(*) FROM conversations_message parent
           JOIN conversations_message child ON child.parent_id = parent.id
           WHERE parent.role = 'assistant' GROUP BY parent.id HAVING count(*) > 1"""
    )


TEXTS = {
    "emoji": ("echo@0 👩‍👩‍👧 🇺🇦 e\u0301", "echo@0 👩‍👩‍👧 🇺🇦 e\u0301"),
    "right to left": ("echo@0 שלום \u202eabc\u202c مرحبا", "echo@0 שלום \u202eabc\u202c مرحبا"),
    "NUL": ("echo@0 a\0b", "echo@0 ab"),
    "line ends": ("echo@0 one\r\ntwo\rthree\n", "echo@0 one\ntwo\nthree\n"),
    "spaces": ("echo@0   <b>&amp;  \t x  ", "echo@0   <b>&amp;  \t x  "),
}


@pytest.mark.promise(row="B13")
@pytest.mark.parametrize("what", TEXTS)
def test_a_message_is_kept_as_typed_and_answered(two_tabs, hold_true, what):
    typed, kept = TEXTS[what]
    page, _ = two_tabs()
    answer = page.ask(typed).wait_for_end()
    page.asked[-1].text = kept

    assert stored(page.site.database, answer).question == kept
    hold_true()


@pytest.mark.promise(row="B13")
@pytest.mark.parametrize("text", ["👩" * 32_001, "x" * 1_000_000, "👩" * 250_000], ids=len)
def test_a_message_that_is_too_long_is_refused_with_a_count_and_its_text(two_tabs, hold_true, text):
    page, _ = two_tabs()
    page.ask(f"words-3@0 before a book of {len(text)}").wait_for_end()
    refused = page.send(text)

    assert refused.status_code == 422
    assert f"{len(text):,} characters" in refused.text
    assert text in refused.text
    hold_true()
