"""The line on which an answer comes: nothing between a site and a browser holds words back, or cuts it."""

import re
from itertools import pairwise
from statistics import median
from time import monotonic

import httpx
import pytest

from tests.faults.figures import IS_LONG
from tests.faults.page import Answer

FIRST_WORD_S = 0.5
BEAT_S = 15
STAMP = re.compile(r"w\d+t(\d+)")


def words_come_after(answer: Answer) -> float:
    """Return how many seconds after the model had said it a page showed the newest of its first words."""
    answer.wait_until(lambda answer: STAMP.search(answer.shown.text))
    shown = monotonic()
    return shown - int(STAMP.findall(answer.shown.text)[-1]) / 10_000


@pytest.mark.promise(row="B12")
def test_the_first_word_is_there_within_half_a_second(two_tabs, hold_true, figures):
    delays = []
    for number in figures.times(3, long=50):
        here, there = two_tabs()
        answer = here.ask(f"stamps-10@40 and how fast they come {number}")
        other = there.open(here.conversation)
        delays += [words_come_after(answer), words_come_after(other)]

    # Of many at once, one may be late for want of a processor: that says nothing of the line.
    figures.worst("the first word, as a rule", median(delays), at_most=FIRST_WORD_S)
    hold_true()


@pytest.mark.promise(row="B12")
def test_a_stream_says_that_it_is_not_to_be_held_back(two_tabs, hold_true):
    page, _ = two_tabs()
    answer = page.ask("words-40@40 with its headers")
    headers = {"Cookie": f"sessionid={page.person.session}", "Accept-Encoding": "gzip, br"}
    address = f"{page.site.url}{answer.shown.stream}"
    with httpx.stream("GET", address, headers=headers, trust_env=False) as response:
        told = response.headers

    assert told["X-Accel-Buffering"] == "no"
    assert told["Cache-Control"] == "no-store"
    assert told["Content-Encoding"] == "identity"
    assert told["Content-Type"] == "text/event-stream"
    hold_true()


@pytest.mark.skipif(not IS_LONG, reason="the beat of a silent line takes its time")
@pytest.mark.promise(row="B12")
def test_a_silent_line_is_told_something_in_time(new_site, visit, figures):
    """At both servers, as an answer that another process makes is silent too."""
    sites = [new_site(LLM_FIRST_TEXT_LIMIT_S=90).start()]
    if not sites[0].database.is_sqlite:
        sites.append(new_site(LLM_FIRST_TEXT_LIMIT_S=90).start())
    page = visit(sites[0])
    answers = [page.ask("hang in silence")]
    answers.append(visit(sites[-1], page.person).open(page.conversation))

    for answer in answers:
        answer.wait_until(lambda answer: sum(moment.what == "beat" for moment in answer.moments) > 1)
        heard = [moment.at for moment in answer.moments if moment.what != "lost"]
        pauses = [later - earlier for earlier, later in pairwise(heard)]
        figures.worst("silence", max(pauses), at_most=BEAT_S + 1)
    answers[0].stop()
