"""U6, U9 and U17: what an upstream sends without end does not fill the memory of the site."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served.site import Site

from .conftest import OURS
from .invariants import check
from .page import Answer, Page

pytestmark = pytest.mark.xdist_group("upstream memory")

PATIENCE_S = 60
WARM_UPS = ("words-500@0", "markdown@0", "error-400", "json-20", "cut-20@0")
# MiB beyond what the process holds already. Bytes that are not kept may still stand in buffers of the kernel.
AT_MOST_MIB = {
    "error-huge-500": ("U6", 10),
    "garbage": ("U9", 10),
    "refuse": ("U9", 10),
    "endless-headers": ("U9", 10),
    "endless-header": ("U9", 10),
    "giant-chunk-20@0": ("U17", 96),
    "endless-line@0": ("U17", 96),
    "gzip-bomb": ("U17", 96),
}


@pytest.fixture(scope="module", params=["aiohttp", "httpx"])
def page(request, tmp_path_factory, prepared, upstream, background) -> Iterator[Page]:
    """A page of a site that has answered before: what is needed once is there."""
    directory = tmp_path_factory.mktemp("memory")
    database = prepared.copy(directory)
    settings = {**OURS, "LLM_TRANSPORT": request.param, "LLM_RETRY_WITHIN_S": 1}
    site = Site(directory, upstream, database=database, **settings)
    try:
        page = Page(site.start(), site.person(), background)
        for script in WARM_UPS * 2:
            ask(page, script)
        yield page
        page.close()
    finally:
        site.kill()
        database.drop()


def ask(page: Page, script: str) -> Answer:
    page.conversation = ""
    return page.ask(f"{script} number {len(page.asked)}").wait_for_end(within_s=PATIENCE_S)


def mebibytes(pid: int, what: str) -> float:
    """Return VmRSS, what a process holds now, or VmHWM, the most it held since `forget_most`."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+) kB", status)[1]) / 1024


def forget_most(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


@pytest.mark.parametrize(
    ("script", "at_most"),
    [
        pytest.param(script, mib, id=f"{row} {script}", marks=pytest.mark.promise(row=row))
        for script, (row, mib) in AT_MOST_MIB.items()
    ],
)
def test_memory_grows_no_more_than_is_promised(page, figures, script, at_most):
    pid = page.site.pid
    forget_most(pid)
    before = mebibytes(pid, "VmRSS")

    answer = ask(page, script)

    figures.tried()
    figures.worst("memory", mebibytes(pid, "VmHWM") - before, "MiB", at_most=at_most)
    assert answer.shown.status in {"failed", "interrupted"}


def test_whoever_asks_next_is_answered(page):
    assert ask(page, "words-5@0").words == 5
    check(page.site.database, [page], said=page.site.said)
