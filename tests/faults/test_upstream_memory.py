"""U6, U9 and U17: what an upstream sends without end does not fill the memory of the site."""

import re
from pathlib import Path

import pytest

from .invariants import check
from .page import Answer, Page

PATIENCE_S = 60
WARM_UPS = ("words-500@0", "markdown@0", "error-400", "json-20", "cut-20@0")
# MiB beyond what the process holds already. U6 promises how much is read: 64 KiB, and what reading takes.
AT_MOST_MIB = {
    "error-huge-500": 16,
    **dict.fromkeys(("garbage", "refuse", "endless-headers", "endless-header"), 10),
    **dict.fromkeys(("giant-chunk-20@0", "endless-line@0", "gzip-bomb"), 96),
}


def ask(page: Page, script: str) -> Answer:
    page.conversation = ""
    return page.ask(f"{script} number {len(page.asked)}").wait_for_end(within_s=PATIENCE_S)


def mebibytes(pid: int, what: str) -> float:
    """Return VmRSS, what a process holds now, or VmHWM, the most it held since `forget_most`."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+) kB", status)[1]) / 1024


def forget_most(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


@pytest.mark.promise(row="U17")
@pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
def test_memory_grows_no_more_than_is_promised(new_site, visit, figures, transport):
    site = new_site(LLM_TRANSPORT=transport, LLM_RETRY_WITHIN_S=1).start()
    page = visit(site)
    for script in WARM_UPS * 2:
        ask(page, script)

    for script, at_most in AT_MOST_MIB.items():
        forget_most(site.pid)
        before = mebibytes(site.pid, "VmRSS")
        answer = ask(page, script)

        figures.tried()
        figures.worst(f"{script} took", mebibytes(site.pid, "VmHWM") - before, "MiB", at_most=at_most)
        assert answer.shown.status in {"failed", "interrupted"}
    assert ask(page, "words-5@0").words == 5
    check(site.database, [page], said=site.said)
