"""Stop, from any tab and any process, at any moment: the text stays, and the model is left alone."""

from functools import partial
from random import Random
from time import monotonic

import pytest

from tests.conversations.management.processes import wait_for
from tests.faults.invariants import stored, wait_until_quiet
from tests.faults.page import Answer
from tests.faults.upstream import Upstream

from .together import at_once

STOPPED_S = 1.0
UPSTREAM_LEFT_S = 2.0


def left_after(upstream: Upstream, question: str, moment: float) -> float:
    """Return how many seconds after `moment` the model was left alone with `question`."""
    assert wait_for(lambda: question in upstream.stats()["over"], limit_s=10), "the upstream was never left"
    return upstream.stats()["over"][question] - moment


def stopped_after(answer: Answer, moment: float) -> float:
    """Return how many seconds after `moment` a page showed that its answer was stopped."""
    answer.wait_for_end()
    assert answer.shown.status == "stopped"
    assert "<p>Stopped.</p>" in answer.shown.footer
    assert answer.ended_at is not None
    return answer.ended_at - moment


@pytest.mark.promise(row="B6")
def test_a_stop_from_any_tab_is_shown_in_all_and_leaves_the_model(two_tabs, upstream, hold_true, figures):
    for number in figures.times(5, long=100):
        here, there = two_tabs()
        question = f"words-400@40 until it is stopped {number}"
        answer = here.ask(question)
        other = there.open(here.conversation).wait_for_words(3)
        answer.wait_for_words(8)

        pressed = monotonic()
        (answer if number % 2 else other).stop()
        for shown in (answer, other):
            figures.worst("Stopped is shown", stopped_after(shown, pressed), at_most=STOPPED_S)
            assert shown.words >= 8
        figures.worst("the model is left", left_after(upstream, question, pressed), at_most=UPSTREAM_LEFT_S)

    hold_true()


@pytest.mark.promise(row="B6")
@pytest.mark.parametrize("script", ["hang", "headers"])
def test_a_stop_before_the_first_word_is_shown_at_once(two_tabs, upstream, hold_true, figures, script):
    here, there = two_tabs()
    question = f"{script} before the first word"
    answer = here.ask(question)
    other = there.open(here.conversation)
    assert wait_for(lambda: upstream.times_asked(question))

    pressed = monotonic()
    other.stop()

    for shown in (answer, other):
        figures.worst("Stopped is shown", stopped_after(shown, pressed), at_most=STOPPED_S)
    figures.worst("the model is left", left_after(upstream, question, pressed), at_most=UPSTREAM_LEFT_S)
    hold_true()


@pytest.mark.promise(row="B6")
def test_a_stop_in_the_queue_is_shown_at_once_and_the_model_is_never_asked(
    two_sites, two_tabs, visit, visited, upstream, hold_true, figures
):
    here, there = two_tabs()
    busy = []
    for number in range(3):
        visited.append(visit(here.site, here.person))
        busy.append(visited[-1].ask(f"words-400@40 all at once {number}").wait_for_words(1))
    answer = here.ask("words-5@0 and one too many")
    other = there.open(here.conversation)
    for waiting in (answer, other):
        waiting.wait_until(lambda waiting: waiting.shown.place)

    pressed = monotonic()
    other.stop()

    for shown in (answer, other):
        figures.worst("Stopped is shown", stopped_after(shown, pressed), at_most=STOPPED_S)
    assert upstream.times_asked("words-5@0 and one too many") == 0
    at_once(*(one.stop for one in busy))
    hold_true()


@pytest.mark.promise(row="B7")
def test_a_stop_at_the_moment_of_the_end_comes_to_one_end(two_tabs, hold_true, figures):
    chance = Random(7)
    ends = set()
    for number in figures.times(10, long=100):
        here, there = two_tabs()
        answer = here.ask(f"words-12@100 stopped at its end {number}")
        other = there.open(here.conversation)
        answer.wait_for_words(chance.randrange(8, 13))
        address = f"{answer.generation}stop/"  # who opens the page after the end has no Stop
        pressed = at_once(*(partial(page.post, address) for page in (here, there)))

        assert {response.status_code for response in pressed} == {204}
        ends.add(answer.wait_for_end().shown.status)
        assert other.wait_for_end().shown.status == answer.shown.status

    assert ends <= {"stopped", "done"}
    hold_true()


@pytest.mark.promise(row="B7")
def test_a_second_stop_changes_nothing(two_tabs, hold_true):
    here, there = two_tabs()
    answer = here.ask("words-400@40 stopped and stopped again").wait_for_words(3)
    other = there.open(here.conversation)
    answer.stop()
    answer.wait_for_end()
    wait_until_quiet(here.site.database)
    before = stored(here.site.database, answer)
    again = at_once(*(partial(page.post, f"{answer.generation}stop/") for page in (here, there)))

    assert {response.status_code for response in again} == {204}
    assert stored(here.site.database, answer) == before
    assert other.wait_for_end().shown.status == "stopped"
    hold_true()


@pytest.mark.promise(row="B7")
def test_a_stranger_cannot_stop_an_answer(two_tabs, hold_true):
    here, _ = two_tabs()
    _, stranger = two_tabs()
    answer = here.ask("words-40@40 while a stranger looks on").wait_for_words(3)

    assert stranger.post(f"{answer.generation}stop/").status_code == 404
    assert stranger.get(f"{answer.generation}events/").status_code == 404
    assert answer.wait_for_end().shown.status == "done"
    hold_true()
