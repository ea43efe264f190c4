"""F9 to F11: the clock, the memory and the tables change under a running site."""

from datetime import datetime, timedelta

import httpx
import pytest

from tests.conversations.management.processes import wait_for
from tests.served.database import Database
from tests.served.site import Site

from .clocks import Clock
from .figures import IS_LONG
from .invariants import check, wait_until_kept, wait_until_quiet
from .memory import no_more_memory
from .page import Page
from .probe import ignore_lost
from .releases import release_before, unpack

HOUR, DAY = 3600, 86_400
JUMPS = (HOUR, -HOUR, -DAY)
A_MINUTE = timedelta(minutes=1)


def hold_true(site: Site, pages: list[Page], *, said: str | None = None) -> None:
    wait_until_quiet(site.database)
    check(site.database, pages, said=site.said if said is None else said)


@pytest.mark.promise(row="F9")
@pytest.mark.skipif(not IS_LONG, reason="needs libfaketime: `make faults` does it")
def test_when_the_clock_is_set_answers_go_on_and_nobody_is_signed_out(
    database, new_site, visit, tmp_path, figures
):
    clock = Clock(tmp_path)
    site = new_site(**clock.environment).start()
    people = [site.person() for _ in range(3)]
    for number in figures.times(3, long=6):
        pages = [visit(site, person) for person in people]
        answers = [page.ask(f"words-100@20 before jump {number}") for page in pages]
        for answer in answers:
            answer.wait_for_words(5)
        wait_until_kept(database, len(pages))
        clock.set_by(JUMPS[number % len(JUMPS)])
        for answer in answers:
            answer.wait_for_end()
        after = [page.ask(f"words-5@0 after jump {number}").wait_for_end() for page in pages]
        assert {answer.shown.status for answer in answers + after} == {"done"}
        assert all(in_order(page, f"before jump {number}", f"after jump {number}") for page in pages)
        hold_true(site, pages)
    figures.worst("longest answer", longest_s(database), at_most=60)


def in_order(page: Page, first: str, second: str) -> bool:
    shown = page.get(page.conversation).text
    return 0 < shown.rindex(first) < shown.rindex(second)


def longest_s(database: Database) -> float:
    """Return the longest time that an answer took by what is stored; none is negative."""
    rows = database.query("SELECT started_at, first_token_at, finished_at FROM conversations_generation")
    times = [[datetime.fromisoformat(str(moment)) for moment in row] for row in rows]
    assert all(row == sorted(row) for row in times)
    return max((row[-1] - row[0]).total_seconds() for row in times)


@pytest.mark.promise(row="F10")
def test_a_request_for_which_there_is_no_memory_fails_and_nothing_is_lost(site, visit, figures):
    people, deaths = [site.person() for _ in range(4)], 0
    for number in figures.times(1, long=5):
        *pages, greedy = [visit(site, person) for person in people]
        answers = [page.ask(f"words-60@20 while memory ends {number}") for page in pages]
        for answer in answers:
            answer.wait_for_words(5)
        wait_until_kept(site.database, len(pages))
        with no_more_memory(site, but_mib=0):
            assert fails(greedy, {**greedy.form(f"words-5@0 too much {number}"), "more": "x" * 3_500_000})
        ended = {"done"}
        assert wait_for(lambda: is_well(site) or not site.is_running)
        if not site.is_running:  # a library that checks no allocation; the system starts a site again
            deaths, ended = deaths + 1, {"done", "interrupted"}
            site.kill()
            site.start()
        assert {answer.wait_for_end().shown.status for answer in answers} <= ended
        figures.worst("deaths of the process", deaths, "")
        again = greedy.ask(f"words-5@0 enough now {number}").wait_for_end()
        assert again.shown.status == "done"
        hold_true(site, [*pages, greedy], said="")  # what ran out of memory is told with its trace


def is_well(site: Site) -> bool:
    with ignore_lost():
        return httpx.get(f"{site.url}/healthz", trust_env=False).status_code == 200
    return False


def fails(page: Page, form: dict[str, str]) -> bool:
    """Send `form`; the line may be closed, where there was not even memory to read it."""
    with ignore_lost():
        refused = page.post("/", form)
        assert "Traceback" not in refused.text
        return refused.status_code in {400, 413, 500}
    return True


@pytest.mark.promise(row="F11")
@pytest.mark.skipif(not IS_LONG, reason="runs an earlier release: `make faults` does it")
def test_the_release_before_works_on_the_tables_of_today(new_site, visit, tmp_path, figures):
    release = release_before()
    site = new_site()
    site.code = unpack(release, tmp_path / "before")
    page = visit(site.start())
    assert page.ask("words-20@20 asked of yesterday").wait_for_end().shown.status == "done"
    assert page.ask("words-20@20 asked once more").wait_for_end().shown.status == "done"
    figures.tried()
    hold_true(site, [page])
