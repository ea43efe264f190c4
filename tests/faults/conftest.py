"""What a test of faults may ask for: a real server, a real database, an upstream that fails when told to."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.served.database import Database, Person
from tests.served.site import Site

from .background import Background
from .figures import Figures
from .invariants import API_KEY
from .page import Page
from .upstream import MODEL, Upstream

NewSite = Callable[..., Site]
Visit = Callable[..., Page]
SHORT = {
    "LLM_CONNECT_LIMIT_S": 1,
    "LLM_FIRST_TEXT_LIMIT_S": 3,
    "LLM_SILENCE_LIMIT_S": 2,
    "LLM_RETRY_WITHIN_S": 3,
    "LLM_RETRY_AFTER_S": 3,
    "LLM_FINISH_LINGER_S": 1,
}
OURS = {"LLM_MODEL": MODEL, "LLM_API_KEY": API_KEY, **SHORT}


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Iterator[Database]:
    """The tables and the people that every database here begins with."""
    database = Database.empty(tmp_path_factory.mktemp("prepared"))
    try:
        yield database.prepare()
    finally:
        database.drop()


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    """The upstream double; each question chooses its script."""
    upstream = Upstream()
    try:
        yield upstream.start()
    finally:
        upstream.stop()


@pytest.fixture
def own_upstream() -> Iterator[Upstream]:
    """An upstream that the test may kill."""
    upstream = Upstream()
    try:
        yield upstream.start()
    finally:
        upstream.stop()


@pytest.fixture(scope="session")
def background() -> Iterator[Background]:
    background = Background()
    yield background
    background.close()


@pytest.fixture
def database(tmp_path, prepared) -> Iterator[Database]:
    """A database of the test's own, with people in it."""
    database = prepared.copy(tmp_path)
    try:
        yield database
    finally:
        database.drop()


@pytest.fixture
def new_site(tmp_path, database, upstream) -> Iterator[NewSite]:
    """Return how to get a site that is not started yet; those of one test share its database."""
    sites: list[Site] = []

    def make(*, at: Database = database, asks: Upstream = upstream, **settings: object) -> Site:
        directory = tmp_path / f"site-{len(sites)}"
        sites.append(Site(directory, asks, database=at, **{**OURS, **settings}))
        return sites[-1]

    try:
        yield make
    finally:
        for site in sites:
            site.kill()


@pytest.fixture
def site(new_site) -> Site:
    """A site of the test's own, which it may kill and start again."""
    return new_site().start()


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory, prepared, upstream) -> Iterator[Site]:
    """The site of those tests that do it no harm; it lives as long as the run."""
    directory: Path = tmp_path_factory.mktemp("shared_site")
    database = prepared.copy(directory)
    site = Site(directory, upstream, database=database, **OURS)
    try:
        yield site.start()
    finally:
        site.kill()
        database.drop()


@pytest.fixture
def visit(background) -> Iterator[Visit]:
    """Return how to open a page of a site: somebody new's, unless told whose."""
    pages: list[Page] = []

    def make(at: Site, person: Person | None = None) -> Page:
        pages.append(Page(at, person or at.person(), background))
        return pages[-1]

    yield make
    for page in pages:
        page.close()


@pytest.fixture(autouse=True)
def promised(request) -> None:
    """Note which promise of docs/promises.md the test is about."""
    if marker := request.node.get_closest_marker("promise"):
        request.node.user_properties.append(("row", marker.kwargs["row"]))


@pytest.fixture
def figures(request, promised) -> Figures:
    """What the test came to."""
    return Figures(request.node.user_properties)


@pytest.fixture
def held() -> Iterator[socket.socket]:
    """A socket that listens for a site also while the site is not there."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        yield listener


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Leave what each promise came to where tools/run_faults.py makes a table of it."""
    if file := os.environ.get("FAULTS_TOLD"):
        outcomes = ("passed", "failed", "skipped", "error")
        told = [
            summary(report, outcome)
            for outcome in outcomes
            for report in terminalreporter.stats.get(outcome, ())
        ]
        Path(file).write_text(json.dumps(told))


def summary(report: pytest.TestReport, outcome: str) -> dict[str, object]:
    told = {"row": "", "times": 0, "figures": "", **dict(report.user_properties)}
    why = ""
    if isinstance(report.longrepr, tuple):
        why = report.longrepr[2].removeprefix("Skipped: ")
    elif outcome != "passed":
        crash = getattr(report.longrepr, "reprcrash", None)
        why = (crash.message if crash else report.longreprtext.strip()).splitlines()[0][:200]
    return {**told, "name": report.nodeid.rpartition("::")[2], "outcome": outcome, "why": why}
