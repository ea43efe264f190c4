"""L6: whatever a model can do wrong, for a long time, to twenty people at once."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.conversations.management.processes import wait_for
from tests.served.database import Person
from tests.served.site import Site

from .background import Background
from .figures import IS_LONG, SOAK_S
from .invariants import check, wait_until_quiet
from .page import Answer, Page
from .process import memory_mib, open_files, threads

STREAMS = 20 if IS_LONG else 6
FOR_S = SOAK_S if IS_LONG else 6
MOST_GROWTH = 0.10
NEXT_AFTER_S = 2.1  # nobody may send more than thirty messages a minute
FEW = 5  # connections of the pool to the model, and of a browser, come and go
WELL = ["words-60@20", "words-200@100", "markdown@100", "unicode@100", "reasoning-20@50", "length@50"]
ERRORS = ["error-503x1@50", "error-500", "error-429x1@50", "error-401", "error-400", "error-event@50"]
BROKEN = ["cut@50", "close@50", "half-line@50", "reset@50", "stall@50", "junk@50", "drip-3@200", "garbage"]
EMPTY = ["headers", "comments@50", "empty-deltas@50", "nothing", "hang", "refuse", "drop", "html", "json"]
SCRIPTS = [*WELL, *ERRORS, *BROKEN, *EMPTY]


@pytest.mark.promise(row="L6")
def test_whatever_the_model_does_for_long_leaves_nothing_behind(new_site, background, figures):
    site = new_site().start()
    people = [site.person() for _ in range(STREAMS)]
    live_through(site, people, background, for_s=FOR_S / 4)  # what stays by design is there
    memory, files, tasks = memory_mib(site), len(open_files(site)), threads(site)

    asked = live_through(site, people, background, for_s=FOR_S)
    figures.tried(asked)
    figures.worst("lasted", FOR_S)
    wait_until_quiet(site.database)
    growth = 100 * (memory_mib(site) - memory) / memory
    figures.worst("memory more", growth, "%", at_most=100 * MOST_GROWTH if IS_LONG else None)
    assert wait_for(lambda: len(open_files(site)) <= files + FEW, limit_s=60), open_files(site)
    figures.worst("files more", len(open_files(site)) - files, "")
    figures.worst("threads more", threads(site) - tasks, "", at_most=2)
    check(site.database, said=site.said)


def live_through(site: Site, people: list[Person], background: Background, *, for_s: float) -> int:
    """Let each of `people` ask and ask, and return how often all of them did."""
    until = time.monotonic() + for_s
    with ThreadPoolExecutor(len(people)) as pool:
        lives = [pool.submit(ask_on, site, person, background, until) for person in people]
        return sum(life.result() for life in lives)


def ask_on(site: Site, person: Person, background: Background, until: float) -> int:
    """Ask one thing after the other, on a new page each time, and look that a reload shows the same."""
    chance, asked = random.Random(person.name), 0
    while time.monotonic() < until:
        with closing(Page(site, person, background)) as page:
            earliest = time.monotonic() + NEXT_AFTER_S
            answer = page.ask(f"{chance.choice(SCRIPTS)} says {person.name}, {asked}")
            meddle(answer, chance)
            answer.wait_for_end()
            assert answer.shown.whole == answer.reload().whole
            asked += 1
        time.sleep(max(0, earliest - time.monotonic()))
    return asked


def meddle(answer: Answer, chance: random.Random) -> None:
    """Stop some, leave some and come back."""
    what = chance.random()
    if what < 0.2 and answer.shown.is_active:
        answer.stop()
    elif what < 0.4:
        answer.leave()
        answer.follow()
