"""The harness itself: walks in which little goes wrong, and a checker that notices when something does."""

from collections.abc import Iterator

import pytest

from tests.served.database import Database
from tests.served.site import Site

from .conftest import OURS
from .invariants import API_KEY, check, stored, wait_until_kept, wait_until_quiet
from .page import Page
from .shown import children, read_events, read_message, until_unit


def test_an_answer_is_followed_to_its_end_and_is_what_a_reload_shows(shared_site, upstream, visit):
    page, question = visit(shared_site), "words-40@50 says Ada"
    answer = page.ask(question).wait_for_end()

    assert (answer.shown.status, answer.words) == ("done", 40)
    assert answer.first("t", "b") < answer.first("end")
    assert answer.text() == stored(shared_site.database, answer).text
    assert upstream.times_asked(question) == 1
    check(shared_site.database, [page], said=shared_site.said)


@pytest.mark.parametrize(
    "script", ["markdown@400", "unicode@400", "reasoning-20@100", "error-503x1@200", "cut"]
)
def test_whatever_comes_a_reload_shows_the_same(shared_site, visit, script):
    page = visit(shared_site)
    page.ask(f"{script} and a reload").wait_for_end()

    check(shared_site.database, [page], said=shared_site.said)


def test_a_second_question_and_a_retry_are_followed_too(shared_site, visit):
    page = visit(shared_site)
    page.ask("words-5@0 first").wait_for_end()
    second = page.ask("error-400x1 second").wait_for_end()
    third = second.retry().wait_for_end()

    assert [second.shown.status, third.shown.status] == ["failed", "done"]
    check(shared_site.database, [page], said=shared_site.said)


def test_who_stops_keeps_what_was_read_and_the_upstream_is_left(shared_site, upstream, visit):
    page, left = visit(shared_site), upstream.stats()["left"]
    answer = page.ask("words-200@20 to be stopped").wait_for_words(5)
    answer.stop()
    answer.wait_for_end(within_s=10)

    assert answer.shown.status == "stopped"
    assert upstream.stats()["left"] == left + 1
    check(shared_site.database, [page], said=shared_site.said)


def test_who_leaves_and_comes_back_reads_on_from_where_the_page_stands(shared_site, visit):
    page = visit(shared_site)
    answer = page.ask("words-60@40 with a break").wait_for_words(5)
    answer.leave()
    had = answer.words
    other = page.open(page.conversation).wait_for_words(30)
    assert answer.words == had

    answer.follow().wait_for_end()
    other.wait_for_end()

    assert answer.words == other.words == 60
    check(shared_site.database, [page], said=shared_site.said)


def test_a_killed_site_is_found_again_by_its_pages(site, database, visit):
    pages = [visit(site) for _ in range(5)]
    answers = [page.ask(f"words-200@20 says {page.person.name}") for page in pages]
    for answer in answers:
        answer.wait_for_words(5)
    wait_until_kept(database, len(answers))
    site.kill()
    for answer in answers:
        answer.wait_until(lambda answer: answer.losses)
    site.start()
    for answer in answers:
        answer.wait_for_end()
    wait_until_quiet(database)

    assert {answer.shown.status for answer in answers} == {"interrupted"}
    check(database, pages, said=site.said)


def test_two_servers_of_one_database_show_the_same_answer(database, new_site, visit):
    if database.is_sqlite:
        pytest.skip("one process serves SQLite")
    one, two = new_site().start(), new_site().start()
    page = visit(one)
    answer = page.ask("words-60@40 for two").wait_for_words(5)
    other = visit(two, page.person)
    same = other.open(page.conversation).wait_for_end()
    answer.wait_for_end()

    assert same.shown.html == answer.shown.html
    check(database, [page, other], said=one.said + two.said)


@pytest.fixture(scope="module")
def walked(tmp_path_factory, prepared, upstream, background) -> Iterator[Page]:
    """A page that has seen an answer to its end, on a site that is gone since."""
    directory = tmp_path_factory.mktemp("walked")
    database = prepared.copy(directory)
    site = Site(directory, upstream, database=database, **OURS)
    try:
        page = Page(site.start(), site.person(), background)
        page.ask("words-20@0 for the checker").wait_for_end()
        site.stop()
        yield page
        page.close()
    finally:
        site.kill()
        database.drop()


@pytest.fixture
def kept(tmp_path, walked) -> Iterator[Database]:
    """A copy of what is stored, to be spoiled."""
    database = walked.site.database.copy(tmp_path)
    yield database
    database.drop()


def test_nothing_is_found_where_nothing_is_wrong(walked, kept):
    check(kept, [walked], said=walked.site.said, reloads=False)


COPY = """INSERT INTO conversations_message (public_id, conversation_id, position, role, text, reasoning,
        html, renderer_version, plain, created_at)
    SELECT '5e5f7f1c0a4b4c7e9d3a8b6f2e1d0c9b', conversation_id, 1, role, text, reasoning, html,
        renderer_version, plain, created_at
    FROM conversations_message WHERE role = 'user'"""
CHUNK = """INSERT INTO conversations_chunk (generation_id, kind, position, text)
    SELECT id, 'answer', 0, 'w1 ' FROM conversations_generation"""
SPOILS = {
    "a word is missing": ("SET text = replace(text, 'w7 ', '')", "from word 7 on"),
    "a word is doubled": ("SET text = replace(text, 'w7 ', 'w7 w7 ')", "from word 8 on"),
    "words are out of order": ("SET text = replace(text, 'w7 w8 ', 'w8 w7 ')", "from word 7 on"),
    "the first word is missing": ("SET text = replace(text, 'w1 ', '')", "from word 1 on"),
    "more than all was kept": ("SET text = text || 'w21 '", "from word"),
    "the end is missing": ("SET text = substr(text, 1, 9)", "is done, and is 9 of"),
    "nothing was kept": ("SET text = ''", "has 0 characters"),
    "the page shows another": ("SET html = '<p>w1</p>'", "is shown as"),
    "the page shows thoughts": ("SET reasoning = 'Hm.'", "is shown with the reasoning"),
    "a row is left running": ("UPDATE conversations_generation SET status = 'running'", "is running"),
    "a row is left queued": ("UPDATE conversations_generation SET status = 'queued'", "is queued"),
    "a chunk is left": (CHUNK, "was left"),
    "it broke off and no one says why": (
        "UPDATE conversations_generation SET status = 'interrupted'",
        "does not say why",
    ),
    "the page shows another end": (
        "UPDATE conversations_generation SET status = 'stopped'",
        "is shown as done",
    ),
    "a message is doubled": (COPY, "is stored 2 times"),
    "a message is lost": ("UPDATE conversations_message SET text = 'other'", "is stored 0 times"),
    "an answer has no generation": ("DELETE FROM conversations_generation", "without a generation"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_the_checker_notices_when(walked, kept, spoil):
    statement, told = SPOILS[spoil]
    if statement.startswith("SET"):
        statement = f"UPDATE conversations_message {statement} WHERE role = 'assistant'"
    kept.query(statement)

    with pytest.raises(AssertionError, match=told):
        check(kept, [walked], reloads=False)


@pytest.mark.parametrize("line", ["Traceback (most recent call last):", f"key {API_KEY}", "for the checker"])
def test_the_checker_reads_the_log(walked, kept, line):
    with pytest.raises(AssertionError, match="the log holds"):
        check(kept, [walked], said=f"before\n{line} words-20@0 for the checker\nafter", reloads=False)


def test_what_is_kept_of_a_tail_is_counted_as_a_browser_does():
    assert until_unit("a👩b", 3) == "a👩"
    with pytest.raises(AssertionError, match="9 units"):
        until_unit("a👩b", 9)


def test_a_fragment_is_read_as_a_browser_reads_it():
    page = """<article id="m-1" data-message data-role="assistant" data-status="running" data-stream="/g/1/">
        <div data-reasoning-text>1 &lt; 2</div>
        <div data-text><p>One<br>two</p><ul>
        <li><p>three</p></ul><div class="tail" data-tail="&lt;p&gt;four">x</div></div>
        <footer data-footer>5</footer></article>"""
    shown = read_message(page)

    assert shown.blocks == ["<p>One<br>two</p>", "<ul>\n        <li><p>three</p></ul>"]
    assert (shown.tail, shown.reasoning, shown.status) == ("<p>four", "1 < 2", "running")
    assert shown.footer == "<footer data-footer>5</footer>"
    assert [child.outer for child in children("<hr><p>a</p>")] == ["<hr>", "<p>a</p>"]


def test_an_event_is_read_when_all_of_it_is_there():
    events, rest = read_events(": beat\n\nevent: s\nid: 1-0-0\ndata: {}\n\nevent: t\nda")

    assert [(event.name, event.id, event.data) for event in events] == [("s", "1-0-0", "{}")]
    assert rest == "event: t\nda"
