"""L3, L4 and L8, and what open streams hold: more than the site may do at once, and big answers."""

import time
from itertools import pairwise

import pytest

from conversations.management.fake_llm.texts import MARKDOWN
from conversations.models import Generation
from conversations.services.admission import MESSAGE_CHARACTERS, MESSAGES_PER_MINUTE, WAITING_AT_MOST
from tests.conversations.management.processes import wait_for
from tests.served.database import Database
from tests.served.site import Site

from .figures import IS_LONG
from .invariants import check, stored, wait_until_quiet
from .page import Answer, Page
from .probe import Probe
from .process import open_files, processor_s, threads
from .shown import elements
from .speller import Speller

BIG = 20_000
MOST_CONNECTIONS = 12  # the pool's ten, and the bus


def hold_true(site: Site, pages: list[Page]) -> None:
    wait_until_quiet(site.database)
    check(site.database, pages, said=site.said)


@pytest.mark.promise(row="L3")
def test_who_is_over_the_limit_sees_a_place_in_the_queue_and_is_answered_in_turn(new_site, visit, figures):
    site = new_site(ANSWERS_AT_ONCE=4).start()
    people = [site.person() for _ in range(8)]
    for number in figures.times(1, long=10):
        first, waiting = ([visit(site, who) for who in some] for some in (people[:4], people[4:]))
        running = [page.ask(f"words-120@20 first {number}").wait_for_words(1) for page in first]
        with Probe(visit(site), "/") as front:
            asked = []
            for place, page in enumerate(waiting, start=1):
                began = time.monotonic()
                asked.append(page.ask(f"words-20@20 in turn {number}"))
                asked[-1].wait_until(lambda answer: answer.shown.place, within_s=5)
                figures.worst("place told after", time.monotonic() - began, at_most=1)
                assert asked[-1].shown.place == place
            for answer in running:
                answer.wait_for_end()
        figures.worst("page meanwhile", front.longest_s(), at_most=1)
        figures.worst("silence of a running answer", max(map(silence_s, running)), at_most=1)
        begun = [answer.wait_for_end().first("t", "b") for answer in asked]
        assert begun == sorted(begun)
        hold_true(site, [*first, *waiting])


def silence_s(answer: Answer) -> float:
    """Return the longest time without a word, from the first to the last."""
    words = [moment.at for moment in answer.moments if moment.what in {"t", "b"}]
    return max(later - earlier for earlier, later in pairwise(words))


@pytest.mark.promise(row="L3")
def test_a_full_queue_says_503_within_a_second_and_when_to_come_back(new_site, visit, figures):
    site = new_site(ANSWERS_AT_ONCE=1).start()
    people = [site.person() for _ in range(2)]
    for number in figures.times(1, long=10):
        first, late = (visit(site, person) for person in people)
        running = first.ask(f"words-600@20 first of all {number}").wait_for_words(1)
        let_wait(site.database, WAITING_AT_MOST)
        question = f"words-1@0 too late {number}"
        began = time.monotonic()
        refused = late.post("/", late.form(question), htmx=False)
        figures.worst("503 after", time.monotonic() - began, at_most=1)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
        assert "Too many people are waiting for an answer." in refused.text
        assert question in refused.text
        site.query("DELETE FROM conversations_generation WHERE purpose = 'title'")
        running.stop()
        assert late.ask(question, key=late.asked[-1].key).wait_for_end().shown.status == "done"
        running.wait_for_end()
        hold_true(site, [first, late])


def let_wait(database: Database, count: int) -> None:
    """Put `count` more of what runs into the queue, behind the site's back."""
    columns = [field.column for field in Generation._meta.concrete_fields if not field.primary_key]
    random = "lower(hex(randomblob(16)))" if database.is_sqlite else "gen_random_uuid()"
    changed = {"public_id": random, "message_id": "NULL", "purpose": "'title'", "status": "'queued'"}
    values = ", ".join(changed.get(column, column) for column in columns)
    database.query(
        f"""INSERT INTO conversations_generation ({", ".join(columns)})
            WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {count})
            SELECT {values} FROM conversations_generation, number WHERE status = 'running'"""  # noqa: S608
    )


@pytest.mark.promise(row="L4")
def test_the_fourth_answer_of_one_person_waits_until_another_has_ended(shared_site, visit, figures):
    tabs = [visit(shared_site)]
    tabs += [visit(shared_site, tabs[0].person) for _ in range(3)]
    *running, fourth = [tab.ask(f"words-40@20 tab {number}") for number, tab in enumerate(tabs)]
    fourth.wait_until(lambda answer: answer.shown.place, within_s=5)
    assert fourth.shown.status == "queued"
    assert fourth.wait_for_end().shown.status == "done"
    ended = min(answer.wait_for_end().ended_at for answer in running)
    assert fourth.first("t", "b") > ended - 0.5
    figures.tried()
    hold_true(shared_site, tabs)


@pytest.mark.promise(row="L4")
def test_the_31st_message_of_a_minute_is_refused_in_a_sentence(shared_site, visit, figures):
    page = visit(shared_site)
    for number in range(MESSAGES_PER_MINUTE):
        page.conversation = ""
        assert page.send(f"words-1@0 message {number}").status_code == 200
    refused = page.post("/", page.form("words-1@0 one too many"), htmx=False)

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 60
    assert "That was 30 messages in a minute." in refused.text
    assert "words-1@0 one too many" in refused.text
    figures.tried()
    hold_true(shared_site, [page])


@pytest.mark.promise(row="L4")
def test_a_message_that_is_too_long_is_refused_with_its_count_and_stays_in_the_box(
    shared_site, visit, figures
):
    page, text = visit(shared_site), "x" * (MESSAGE_CHARACTERS + 1)
    refused = page.post("/", page.form(text))

    assert refused.status_code == 422
    assert "This message has 32,001 characters; at most 32,000 can be sent at once." in refused.text
    assert elements(refused.text, "name")[-1] is not None
    assert text in refused.text
    figures.tried()
    hold_true(shared_site, [page])


@pytest.mark.promise(row="L4")
def test_an_endless_answer_is_cut_at_the_size_limit_in_a_sentence(new_site, visit, figures):
    site = new_site().start()
    page = visit(site)
    began = time.monotonic()
    answer = page.ask("endless@0 and never enough").wait_for_end()

    figures.worst("cut after", time.monotonic() - began)
    assert answer.shown.status == "interrupted"
    assert "The answer was cut at the size limit. What arrived is kept." in answer.shown.footer
    kept = len(stored(site.database, answer).text)
    figures.worst("characters kept", kept, "", at_most=200_000)
    assert kept > 190_000
    figures.tried()
    hold_true(site, [page])


@pytest.mark.promise(row="L8")
def test_an_answer_in_20_000_pieces_takes_at_most_5_s_of_processor(new_site, visit, background, figures):
    site = new_site(asks=Speller(background)).start()
    for number in figures.times(1, long=3):
        text = (f"echo {number}\n\n" + MARKDOWN * (BIG // len(MARKDOWN) + 1))[:BIG]
        page = visit(site)
        before = processor_s(site)
        answer = page.ask(text).wait_for_end()
        hold_true(site, [page])

        assert answer.shown.status == "done"
        figures.worst("processor time", processor_s(site) - before, at_most=5)


@pytest.mark.promise(row="L6")
def test_open_streams_hold_no_database_connection_and_leave_nothing_behind(new_site, visit, figures):
    site = new_site(ANSWERS_AT_ONCE=100).start()
    readers = [visit(site) for _ in range(100 if IS_LONG else 50)]
    # What stays by design is there: threads for requests, as soon as many ask at once, and a pool.
    for answer in [page.ask("words-20@50 to warm up") for page in readers[:10]]:
        answer.wait_for_end()
    files, tasks = len(open_files(site)), threads(site)

    answers = [page.ask("words-400@10 an open stream") for page in readers]
    for answer in answers:
        answer.wait_for_words(1)
    figures.worst("streams", len(answers), "")
    connections = connections_of(site.database, site)
    figures.worst("database connections meanwhile", connections, "", at_most=MOST_CONNECTIONS)
    figures.worst("more threads meanwhile", threads(site) - tasks, "", at_most=4)
    for answer in answers:
        answer.stop()
        answer.wait_for_end()
    for page in readers:
        page.close()

    assert wait_for(lambda: len(open_files(site)) <= files + 2, limit_s=40), open_files(site)
    figures.worst("more files afterwards", len(open_files(site)) - files, "")
    figures.worst("more threads afterwards", threads(site) - tasks, "", at_most=2)
    figures.tried()
    wait_until_quiet(site.database)


def connections_of(database: Database, site: Site) -> int:
    """Return how many connections to the database are open."""
    if database.is_sqlite:
        return sum(name.endswith("chat.sqlite3") for name in open_files(site))
    counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    return int(str(database.query(counted)[0][0]))
