"""F4 to F8 and F12: the database is restarted, gone, locked, full, copied and put back."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from conversations.management.local_model import ROOT
from tests.conversations.management.processes import wait_for
from tests.served.database import Database, Person
from tests.served.site import Site
from tools.postgres import Embedded, embedded

from .databases import on_postgresql, on_sqlite
from .disks import Quota, SmallDisk, small_disk
from .figures import IS_LONG
from .invariants import check, wait_until_kept, wait_until_quiet
from .page import Answer, Page
from .probe import Probe

BUSY = "The site is busy. Try again in a moment."
BACK_WITHIN_S = 5
GONE_S = 300 if IS_LONG else 12  # longer than a lease
LOCKED_S = 10 if IS_LONG else 6  # longer than anybody waits
WRITERS = 100 if IS_LONG else 9
BUSY_WITHIN_S = 5


def ask_all(pages: list[Page], script: str) -> list[Answer]:
    return [page.ask(f"{script} says {page.person.name}") for page in pages]


def hold_true(site: Site, pages: list[Page]) -> None:
    wait_until_quiet(site.database)
    check(site.database, pages, said=site.said)


@pytest.fixture(scope="module")
def server() -> Iterator[Embedded]:
    """A PostgreSQL of our own, which writes as carefully as it does by itself."""
    with embedded() as server:
        yield server


@pytest.fixture(scope="module")
def own(server, tmp_path_factory) -> Database:
    return Database(server.url, tmp_path_factory.mktemp("own")).prepare()


@pytest.fixture(scope="module")
def people(own) -> list[Person]:
    return [own.person() for _ in range(5)]


@on_postgresql
@pytest.mark.promise(row="F4")
def test_answers_go_on_while_the_database_is_restarted_and_pages_are_soon_back(
    server, own, people, new_site, visit, figures
):
    site = new_site(at=own).start()
    for number in figures.times(2, long=20):
        pages = [visit(site, person) for person in people]
        answers = ask_all(pages, f"words-160@20 round {number}")
        for answer in answers:
            answer.wait_for_words(5)
        wait_until_kept(own, len(people))
        with Probe(visit(site, people[0]), "/") as front:
            server.stop(crash=number % 2 == 1)
            assert wait_for(lambda front=front: any(tried.status == 503 for tried in front.tried))
            server.start()
            figures.worst("pages back after", seconds_until_back(front), at_most=BACK_WITHIN_S)
        assert all(plainly_busy(tried.said) for tried in front.failures())
        for answer in answers:
            answer.wait_for_end()
        assert {answer.shown.status for answer in answers} == {"done"}
        hold_true(site, pages)


def seconds_until_back(front: Probe) -> float:
    """Return how long from now on pages are not what they should be."""
    back = time.monotonic()
    assert wait_for(lambda: any(tried.status == 200 and tried.at > back for tried in front.tried))
    return next(tried.came_at for tried in front.tried if tried.status == 200 and tried.at > back) - back


def plainly_busy(page: str) -> bool:
    return "The site is busy or being updated." in page and "Traceback" not in page


@on_postgresql
@pytest.mark.promise(row="F5")
def test_while_the_database_is_gone_pages_say_so_and_everything_recovers_by_itself(
    server, own, people, new_site, visit, figures
):
    site = new_site(at=own).start()
    for _ in figures.times(1, long=1):
        pages = [visit(site, person) for person in people]
        answers = ask_all(pages, "words-100@20 before it went")
        for answer in answers:
            answer.wait_for_words(5)
        wait_until_kept(own, len(people))
        writer = visit(site, people[0])
        server.stop()
        gone = time.monotonic()
        for address in ("/", "/accounts/login/", pages[0].conversation):
            page = writer.get(address)
            assert (page.status_code, plainly_busy(page.text)) == (503, True)
        assert BUSY in writer.send("words-5@0 sent meanwhile").text
        assert httpx.get(f"{site.url}/healthz", trust_env=False).status_code == 200
        time.sleep(max(0, GONE_S - (time.monotonic() - gone)))  # this is what is promised, not a hope
        figures.worst("gone for", time.monotonic() - gone)
        server.start()
        with Probe(writer, "/") as front:
            figures.worst("pages back after", seconds_until_back(front), at_most=BACK_WITHIN_S)
        back = time.monotonic()
        for answer in answers:
            answer.wait_for_end()
        figures.worst("answers ended after", max(0, *(a.ended_at - back for a in answers)), at_most=20)
        again = writer.ask("words-5@0 sent meanwhile", key=writer.asked[-1].key).wait_for_end()
        assert again.shown.status == "done"
        hold_true(site, [*pages, writer])


@contextmanager
def locked(database: Database, for_s: float) -> Iterator[None]:
    """Let another writer hold the lock of SQLite for so long, or to the end of the block."""
    taken, given_back = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(database.file, isolation_level=None)) as connection:
            connection.execute("PRAGMA busy_timeout = 5000")
            connection.execute("BEGIN IMMEDIATE")
            taken.set()
            given_back.wait(for_s)
            connection.execute("ROLLBACK")

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(10)
    try:
        yield
        holder.join()
    finally:
        given_back.set()
        holder.join()


@on_sqlite
@pytest.mark.promise(row="F6")
def test_while_another_writer_locks_sqlite_who_sends_is_told_and_keeps_the_text(
    database, site, visit, figures
):
    for number in figures.times(1, long=5):
        page, reader = visit(site), visit(site)
        typed, shown = f"words-5@0 <typed & kept {number}>", f"words-5@0 &lt;typed &amp; kept {number}&gt;"
        answer = reader.ask(f"words-300@20 beside lock {number}").wait_for_words(5)
        with locked(database, LOCKED_S):
            began = time.monotonic()
            refused = page.post("/", page.form(typed), htmx=False)
            figures.worst("busy after", time.monotonic() - began, at_most=BUSY_WITHIN_S + 1)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
            assert plainly_busy(refused.text)
            assert shown in refused.text
            assert reader.get(reader.conversation).status_code == 200
        sent = page.ask(typed, key=page.asked[-1].key).wait_for_end()
        assert {sent.shown.status, answer.wait_for_end().shown.status} == {"done"}
        hold_true(site, [page, reader])


@on_sqlite
@pytest.mark.promise(row="F6")
def test_writers_beside_a_lock_are_answered_or_told_and_lose_nothing(database, site, visit, figures):
    pages = [visit(site) for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool, locked(database, LOCKED_S):
        sent = list(pool.map(lambda page: page.send(f"words-3@0 of {page.person.name}"), pages))
    figures.worst("writers at once", WRITERS, "")
    assert {answer.status_code for answer in sent} <= {200, 503}
    assert all(BUSY in answer.text for answer in sent if answer.status_code == 503)
    for page in pages:
        last = page.asked[-1]
        page.conversation = ""
        assert page.send(last.text, key=last.key).status_code == 200
    figures.tried()
    hold_true(site, pages)


def fill_and_free(disk: Quota | SmallDisk, site: Site, visit: Callable[..., Page], number: int) -> list[Page]:
    """Fill the disk under a running answer and under a message, then make room."""
    page, reader = visit(site), visit(site)
    answer = reader.ask(f"words-120@20 on full disk {number}").wait_for_words(5)
    typed = f"words-5@0 for disk {number}: {'typed and kept ' * 2_000}"
    disk.fill(site)
    refused = page.post("/", page.form(typed), htmx=False)
    assert (refused.status_code, plainly_busy(refused.text)) == (503, True)
    assert typed.strip() in refused.text
    assert reader.get(reader.conversation).status_code == 200
    disk.free(site)
    sent = page.ask(typed, key=page.asked[-1].key).wait_for_end()
    assert {sent.shown.status, answer.wait_for_end().shown.status} == {"done"}
    return [page, reader]


def is_whole(database: Database) -> bool:
    return database.query("PRAGMA integrity_check") == [("ok",)]


@on_sqlite
@pytest.mark.promise(row="F7")
def test_when_no_file_may_grow_nothing_is_lost_and_the_site_recovers_by_itself(
    database, site, visit, figures
):
    for number in figures.times(1, long=1):
        pages = fill_and_free(Quota(database.directory), site, visit, number)
        hold_true(site, pages)
        assert is_whole(database)


@on_sqlite
@pytest.mark.promise(row="F7")
@pytest.mark.skipif(not IS_LONG, reason="mounts a disk: `make faults` does it")
def test_when_the_disk_is_full_nothing_is_lost_and_the_site_recovers_by_itself(
    tmp_path, prepared, new_site, visit, figures
):
    with small_disk(tmp_path / "disk") as disk:
        database = prepared.copy(disk.directory)
        site = new_site(at=database).start()
        for number in figures.times(1, long=10):
            pages = fill_and_free(disk, site, visit, number)
            hold_true(site, pages)
            assert is_whole(database)
        site.stop()


def ask_connection(site: Site, statement: str) -> str:
    """Return what a connection that is made as the site makes its own says to `statement`."""
    code = f"from django.db import connection as c; print(*c.cursor().execute({statement!r}).fetchone())"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    asked = subprocess.run(
        command, cwd=ROOT, env=site.environment, check=True, capture_output=True, text=True
    )
    return asked.stdout.strip()


@on_sqlite
@pytest.mark.promise(row="F8")
def test_sqlite_syncs_every_commit_before_it_is_acknowledged(new_site, figures):
    full = "2"
    assert ask_connection(new_site(), "PRAGMA synchronous") == full
    assert ask_connection(new_site(), "PRAGMA journal_mode") == "wal"
    figures.tried()


@on_postgresql
@pytest.mark.promise(row="F8")
def test_the_site_lets_postgresql_sync_every_commit_as_it_does_by_itself(own, new_site, figures):
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert ask_connection(new_site(at=own), f"SHOW {setting}") == "on"
    figures.tried()


@pytest.mark.promise(row="F12")
def test_a_copy_made_while_answers_are_written_is_put_back_with_all_messages_up_to_then(
    request, database, new_site, visit, tmp_path, figures
):
    database = database if database.is_sqlite else request.getfixturevalue("own")
    people = (
        [database.person() for _ in range(3)] if database.is_sqlite else request.getfixturevalue("people")
    )
    site = new_site(at=database).start()
    pages = [visit(site, person) for person in people]
    answers = ask_all(pages, "words-200@20 before the copy")
    for answer in answers:
        answer.wait_for_words(5)
    wait_until_kept(database, len(pages))
    copy = back_up(request, site, tmp_path)
    later = visit(site, people[0])
    later.ask("words-3@0 after the copy").wait_for_end()
    for answer in answers:
        answer.leave()
    site.stop()
    put_back(request, database, copy)
    site.start()

    found = [visit(site, page.person).open(page.conversation).wait_for_end() for page in pages]
    assert {answer.shown.status for answer in found} == {"interrupted"}
    assert database.query(
        "SELECT count(*) FROM conversations_message WHERE text LIKE '%after the copy%'"
    ) == [(0,)]
    assert all(answer.words > 0 for answer in found)
    figures.tried()
    hold_true(site, [*pages, *(answer.page for answer in found)])


def back_up(request: pytest.FixtureRequest, site: Site, directory: Path) -> Path:
    """Copy the database as docs/operate.md says."""
    copy = directory / "chat-backup"
    if site.database.is_sqlite:
        command = [sys.executable, "manage.py", "backup", str(copy)]
    else:
        program = request.getfixturevalue("server").program("pg_dump")
        command = [str(program), "--format=custom", f"--file={copy}", site.database.url]
    subprocess.run(command, cwd=ROOT, env=site.environment, check=True, capture_output=True)
    return copy


def put_back(request: pytest.FixtureRequest, database: Database, copy: Path) -> None:
    """Put a copy in the place of what is there, as docs/operate.md says."""
    if database.is_sqlite:
        for beside in ("-wal", "-shm"):
            database.file.with_name(database.file.name + beside).unlink(missing_ok=True)
        copy.replace(database.file)
    else:
        program = request.getfixturevalue("server").program("pg_restore")
        command = [str(program), "--clean", "--if-exists", f"--dbname={database.url}", str(copy)]
        subprocess.run(command, check=True, capture_output=True)
