"""F1 to F3: the process that serves is killed, or replaced by a deploy."""

import time
from collections.abc import Iterable
from itertools import pairwise

import pytest

from tests.conversations.management.processes import wait_for
from tests.served.database import Database
from tests.served.site import Site

from .databases import on_postgresql
from .invariants import by_public_id, check, stored_answers, wait_until_kept, wait_until_quiet
from .page import Answer, Page
from .probe import Probe, ignore_lost

STREAMS = 20
WORDS_A_SECOND, MOST_WORDS = 20, 400
SEEN_WITHIN_S = {"sqlite": 5, "postgresql": 15}
BEHIND_S = 1
GRACE_S = 5


def ask_all(pages: Iterable[Page], script: str) -> list[Answer]:
    return [page.ask(f"{script} says {page.person.name}") for page in pages]


def seconds_behind(answers: list[Answer], database: Database) -> float:
    """Return by how much the store is behind what could ever be read, of the answer that lost most."""
    rows = by_public_id(stored_answers(database))
    lost = [a.most_words - len(rows[a.key].text.split()) for a in answers]
    return max(0, *lost) / WORDS_A_SECOND


def hold_true(database: Database, pages: list[Page], *sites: Site) -> None:
    wait_until_quiet(database)
    check(database, pages, said="".join(site.said for site in sites))


@pytest.mark.promise(row="F1")
def test_answers_of_a_killed_site_keep_their_words_and_are_soon_shown_as_interrupted(
    database, site, visit, figures
):
    people = [site.person() for _ in range(STREAMS)]
    for number in figures.times(1, long=50):
        pages = [visit(site, person) for person in people]
        answers = ask_all(pages, f"words-{MOST_WORDS}@{WORDS_A_SECOND} round {number}")
        for answer in answers:
            answer.wait_for_words(5 + number % WORDS_A_SECOND)
        wait_until_kept(database, STREAMS)
        site.kill()
        killed = time.monotonic()
        site.start()
        for answer in answers:
            answer.wait_for_end()

        hold_true(database, pages, site)
        assert {answer.shown.status for answer in answers} == {"interrupted"}
        assert all("Retry" in answer.shown.footer for answer in answers)
        seen = max(answer.ended_at for answer in answers) - killed
        figures.worst("seen after", seen, at_most=SEEN_WITHIN_S[database.kind])
        figures.worst("store behind the screen", seconds_behind(answers, database), at_most=BEHIND_S)


@on_postgresql
@pytest.mark.promise(row="F1")
def test_who_is_at_another_process_sees_within_15_s_that_the_first_was_killed(
    database, new_site, visit, figures
):
    survivor, other = new_site().start(), new_site()
    people = [survivor.person() for _ in range(5)]
    for number in figures.times(1, long=10):
        other.start()
        asking = [visit(other, person) for person in people]
        asked = ask_all(asking, f"words-{MOST_WORDS}@{WORDS_A_SECOND} round {number}")
        watching = [visit(survivor, page.person) for page in asking]
        answers = [there.open(here.conversation) for here, there in zip(asking, watching, strict=True)]
        for answer in answers:
            answer.wait_for_words(5)
        wait_until_kept(database, len(people))
        for here in asked:
            here.leave()
        mine = {key for key, pid in makers(database).items() if pid == other.pid}
        other.kill()
        killed = time.monotonic()
        answers = [answer for answer in answers if answer.key in mine]
        for answer in answers:
            answer.wait_for_end()

        assert {answer.shown.status for answer in answers} == {"interrupted"}
        seen = max(answer.ended_at for answer in answers) - killed
        figures.worst("seen at the other process after", seen, at_most=15)
        figures.worst("store behind the screen", seconds_behind(answers, database), at_most=BEHIND_S)
        for answer in watching:
            answer.answers[-1].wait_for_end()
        hold_true(database, watching, survivor, other)


def makers(database: Database) -> dict[str, int]:
    """Return which process makes each running answer."""
    rows = database.query(
        """SELECT message.public_id, generation.owner FROM conversations_generation generation
           JOIN conversations_message message ON message.id = generation.message_id
           WHERE generation.status = 'running'"""
    )
    return {str(key).replace("-", ""): int(str(owner).split(":")[-2]) for key, owner in rows}


@pytest.mark.promise(row="F2")
def test_a_message_whose_answer_had_no_word_yet_is_there_once_after_a_kill(
    database, site, upstream, visit, background, figures
):
    people = [site.person() for _ in range(2)]
    for number in figures.times(1, long=50):
        pages = [visit(site, person) for person in people]
        acknowledged, hurried = pages
        question = f"headers and a kill {number}"
        answer = acknowledged.ask(question)
        if number % 2 == 0:  # else it is killed at once: the answer may not even be begun
            assert wait_for(lambda question=question: upstream.times_asked(question))
        sending = background.begin(send_unheard(hurried, f"words-5@0 sent into kill {number}"))
        site.kill()
        sending.result(30)
        site.start()

        answer.wait_for_end()
        assert (answer.words, answer.shown.status) == (0, "failed")
        assert "Retry" in answer.shown.footer
        send_again(hurried).wait_for_end()
        hold_true(database, pages, site)


async def send_unheard(page: Page, text: str) -> None:
    """Send what the server may or may not have got before it was killed."""
    form = page.form(text)
    with ignore_lost():
        await page.client.post("/", data=form, headers=page.headers())


def send_again(page: Page) -> Answer:
    """Send the last message once more, as a person does who saw no answer: with the same key."""
    last = page.asked[-1]
    return page.ask(last.text, key=last.key)


@pytest.mark.promise(row="F3")
def test_a_restart_behind_a_held_socket_refuses_nobody(database, new_site, visit, held, figures):
    site = new_site(GRACE_S=GRACE_S).behind(held).start()
    people = [site.person() for _ in range(6)]
    with Probe(visit(site), "/healthz") as health, Probe(visit(site), "/") as front:
        for number in figures.times(1, long=20):
            pages = [visit(site, person) for person in people]
            short = ask_all(pages[:3], f"words-60@30 round {number}")
            long = ask_all(pages[3:], f"words-600@30 round {number}")
            for answer in short + long:
                answer.wait_for_words(5)
            wait_until_kept(database, len(long))  # on a slow machine a short one may have ended
            site.stop()
            site.start()
            for answer in short + long:
                answer.wait_for_end()

            assert {answer.shown.status for answer in short} == {"done"}
            assert {answer.shown.status for answer in long} == {"interrupted"}
            hold_true(database, pages, site)
    assert health.failures() + front.failures() == []
    figures.worst("longest wait of a request", max(health.longest_s(), front.longest_s()), at_most=15)


@on_postgresql
@pytest.mark.promise(row="F3")
def test_processes_replaced_one_by_one_keep_nobody_waiting(database, new_site, visit, figures):
    site = new_site(WORKERS=2, GRACE_S=10).start()
    people = [site.person() for _ in range(6)]
    with Probe(visit(site), "/healthz") as health, Probe(visit(site), "/") as front:
        for number in figures.times(1, long=20):
            pages = [visit(site, person) for person in people]
            answers = ask_all(pages, f"words-120@30 round {number}")
            for answer in answers:
                answer.wait_for_words(5)
            before = site.workers
            site.replace_workers()
            for answer in answers:
                answer.wait_for_end()

            assert {answer.shown.status for answer in answers} == {"done"}
            figures.worst("longest silence of a page", max(map(longest_silence_s, answers)), at_most=5)
            assert wait_for(lambda before=before: len(site.workers) == 2 and not site.workers & before)
            hold_true(database, pages, site)
    assert health.failures() + front.failures() == []
    figures.worst("longest wait of a request", max(health.longest_s(), front.longest_s()), at_most=5)


def longest_silence_s(answer: Answer) -> float:
    """Return the longest time between words, from the first to the last."""
    words = [moment.at for moment in answer.moments if moment.what in {"t", "b", "replaced"}]
    return max(later - earlier for earlier, later in pairwise(words))
