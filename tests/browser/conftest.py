"""What a walk may ask for. `ada` owns things, `bob` is the stranger: each signed in."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.conversations.management.processes import wait_for
from tests.served.database import Database, Person
from tests.served.site import Site
from tools.chromium import find_chromium

from .upstream import Upstream
from .visitor import PATIENCE_MS, Visitor

Visit = Callable[..., Visitor]
SWITCHES = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
    # A page that wants something of another host does not get it, and the walk hears of it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    upstream = Upstream()
    yield upstream
    upstream.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Database:
    """The tables and the people that every site here begins with: to make them takes longer than to copy."""
    return Database.sqlite(tmp_path_factory.mktemp("prepared")).prepare()


@pytest.fixture(scope="session")
def new_database(prepared) -> Callable[[Path], Database]:
    """Return how to get a copy, for a site that still collects its files."""

    def copy(directory: Path) -> Database:
        database = prepared.copy(directory)
        database.is_prepared = False
        return database

    return copy


@pytest.fixture(scope="session")
def site(tmp_path_factory, upstream, new_database) -> Iterator[Site]:
    """The site that most walks share; every person on it is met by one walk only."""
    directory = tmp_path_factory.mktemp("site")
    site = Site(directory, upstream, database=new_database(directory), LLM_TAKES="image,pdf,text").start()
    yield site
    end(site)


@pytest.fixture(scope="module")
def own_site(tmp_path_factory, upstream, new_database) -> Iterator[Site]:
    """A site that the walks of one module may kill, if they start it again."""
    directory = tmp_path_factory.mktemp("own_site")
    site = Site(directory, upstream, database=new_database(directory)).start()
    yield site
    end(site)


def end(site: Site) -> None:
    """End `site`; what was asked a moment ago may begin first, else it waits for the next start."""
    queued = "SELECT id FROM conversations_generation WHERE status = 'queued'"
    wait_for(lambda: site.query(queued) == [], limit_s=5)
    site.stop()
    hold_true(site)


def hold_true(site: Site) -> None:
    """What must be true of a site after anything that can happen to it."""
    assert "Traceback" not in site.said, site.said
    assert site.query("SELECT id FROM conversations_generation WHERE status IN ('queued', 'running')") == []
    assert site.query("SELECT id FROM conversations_chunk") == []


@pytest.fixture
def visit(browser, site) -> Iterator[Visit]:
    """Return how to get a visitor: signed in as somebody new unless told otherwise."""
    visitors: list[Visitor] = []

    def make(
        *,
        at: Site = site,
        person: Person | None = None,
        signed_in: bool = True,
        staff: bool = False,
        **options: Any,
    ) -> Visitor:
        if person is None and signed_in:
            person = at.person(staff=staff)
        visitors.append(Visitor(browser, at, person, **options))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.close()


@pytest.fixture
def ada(visit) -> Visitor:
    return visit()


@pytest.fixture
def bob(visit) -> Visitor:
    return visit()


os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
