"""Short pieces are taken by the clock; long ones by what they took of the processor, waiting left out."""

from time import perf_counter, sleep, thread_time

from conversations.rendering.effort import SHORT_S, Effort

LONG_S = 0.02


def work(seconds: float) -> None:
    until = thread_time() + seconds
    while thread_time() < until:
        pass


def took(effort: Effort, action, *, exact: bool = False) -> float:
    effort.begin(exact=exact)
    action()
    return effort.end()


def test_a_short_piece_takes_what_the_clock_says():
    began = perf_counter()

    assert 0 < took(Effort(), lambda: None) <= perf_counter() - began


def test_of_a_long_piece_no_more_is_counted_before_it_is_known_whether_it_waited():
    effort = Effort()

    assert took(effort, lambda: sleep(LONG_S)) == SHORT_S
    assert took(effort, lambda: sleep(LONG_S)) < LONG_S / 2


def test_the_long_piece_after_a_long_one_is_measured():
    effort = Effort()
    took(effort, lambda: work(LONG_S))

    assert took(effort, lambda: work(LONG_S)) >= LONG_S


def test_a_piece_that_is_known_to_be_long_is_measured_at_once():
    assert took(Effort(), lambda: work(LONG_S), exact=True) >= LONG_S
