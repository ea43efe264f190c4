"""What a test of what people do may ask for: one database, two servers of it, and tabs at both."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.conftest import OURS
from tests.faults.invariants import check, wait_until_quiet
from tests.faults.page import Page
from tests.served.site import Site

TwoTabs = Callable[[], tuple[Page, Page]]
HoldTrue = Callable[[], None]


@pytest.fixture(scope="session")
def two_sites(tmp_path_factory, shared_site, upstream) -> Iterator[tuple[Site, Site]]:
    """The shared site and another server of its database; of SQLite there is one, which is both."""
    if shared_site.database.is_sqlite:
        yield shared_site, shared_site
        return
    other = Site(tmp_path_factory.mktemp("other_site"), upstream, database=shared_site.database, **OURS)
    try:
        yield shared_site, other.start()
    finally:
        other.kill()


@pytest.fixture
def visited() -> list[Page]:
    """The tabs that the test has opened."""
    return []


@pytest.fixture
def two_tabs(two_sites, visit, visited) -> TwoTabs:
    """Return how to get two tabs of somebody new, each at another server where there are two."""

    def open_both() -> tuple[Page, Page]:
        here, there = two_sites
        page = visit(here)
        tabs = page, visit(there, page.person)
        visited.extend(tabs)
        return tabs

    return open_both


@pytest.fixture
def hold_true(two_sites, visited) -> HoldTrue:
    """Return how to assert that the sites kept every promise to those who visited them."""

    def hold() -> None:
        here, there = two_sites
        wait_until_quiet(here.database)
        for answer in (answer for page in visited for answer in page.answers if not answer.is_left):
            answer.wait_for_end()
        check(here.database, visited, said=here.said if here is there else here.said + there.said)

    return hold
