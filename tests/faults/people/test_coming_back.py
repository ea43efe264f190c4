"""Who leaves an answer in the making and comes back reads what one reads who stayed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import monotonic

import pytest

from tests.faults.figures import IS_LONG, Figures
from tests.faults.invariants import wait_until_quiet
from tests.faults.page import Answer, Page

SIDE_BY_SIDE = 5
COMES_BACK_S = 2


def shows(characters: int) -> Callable[[Answer], bool]:
    return lambda answer: len(answer.shown.text) >= characters or answer.has_ended


@pytest.mark.promise(row="B1")
def test_who_comes_back_reads_what_one_reads_who_stayed(two_tabs, hold_true, figures):
    people = [(*two_tabs(), Random(number)) for number in figures.times(5, long=100)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for told in [pool.submit(come_and_go, *person, figures) for person in people]:
            told.result()

    hold_true()


def come_and_go(stays: Page, goes: Page, chance: Random, figures: Figures) -> None:
    stayed = stays.ask("essay@200 with one who comes and goes")
    left = goes.open(stays.conversation)
    while not stayed.has_ended:
        left.wait_until(shows(len(left.shown.text) + chance.randrange(1, 400)))
        left.leave()
        stayed.wait_until(shows(len(stayed.shown.text) + chance.randrange(1, 1200)))
        read, came = len(stayed.shown.text), monotonic()
        # A tab that was left goes on from where it stands, a fresh one from what its page shows.
        left.follow().wait_until(shows(read))
        goes.open(stays.conversation).wait_until(shows(read))
        figures.worst("all there again", monotonic() - came, at_most=COMES_BACK_S)
    for page in (stays, goes):
        page.open(stays.conversation)


@pytest.mark.promise(row="B1")
def test_an_answer_that_nobody_watches_goes_on_to_its_end(two_tabs, upstream, hold_true):
    words = 1300 if IS_LONG else 30
    page, other = two_tabs()
    question = f"words-{words}@20 for an empty room"
    page.ask(question).wait_for_words(2).leave()
    wait_until_quiet(page.site.database, within_s=words / 20 + 10)

    assert other.open(page.conversation).words == words
    assert upstream.times_asked(question) == 1
    hold_true()
