"""U3 to U22 and U24: whatever the upstream does, its person reads a sentence, and nothing of what is inside.

All rows are played once, at one time; each test looks at what came of them.
"""

import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from conversations.management.fake_llm.wire import numbered
from tests.served.site import Site

from .conftest import OURS
from .invariants import SECRETS, check
from .upstream_rows import CHARACTERS, LIMITS, ROWS
from .upstream_stage import Played, Stage, play_all

CLOSED_WITHIN_S, NEVER = 2, math.inf
# What an upstream says, or is called, and nobody may read.
UNSPOKEN = (*SECRETS, "disconnected", "and so on", "169.254", "Not a model")
ALLOWED_SCHEMES = ("http://", "https://", "mailto:", "#", "/")


@pytest.fixture(scope="module")
def stage(tmp_path_factory, prepared, upstream, background) -> Iterator[Stage]:
    sites = {}
    for transport in ("aiohttp", "httpx"):
        directory = tmp_path_factory.mktemp(transport)
        settings = {**OURS, **LIMITS, "LLM_TRANSPORT": transport}
        sites[transport] = Site(directory, upstream, database=prepared.copy(directory), **settings)
    try:
        for site in sites.values():
            site.begin()
        for site in sites.values():
            site.wait_until_ready()
        with play_all(sites, background, upstream) as stage:
            yield stage
    finally:
        for site in sites.values():
            site.kill()
            site.database.drop()


def unlike_shown(played: Played) -> Iterator[str]:
    """The person reads how it ended, in a sentence, with a way on."""
    row, status = played.row, played.answer.shown.status
    if status != row.status:
        yield f"is shown as {status}, not as {row.status}"
    if played.footer != (row.sentence, row.offers_retry):
        yield f"says {played.footer}, not {(row.sentence, row.offers_retry)}"


def unlike_stored(stage: Stage, played: Played) -> Iterator[str]:
    """There is one answer, with all that arrived, and with the reason why that is not more."""
    row, kept = played.row, stage.kept(played)
    if (kept.status, kept.problem) != (row.status, row.problem):
        yield f"is stored as {kept.status} by {kept.problem!r}, not {row.status} by {row.problem!r}"
    if row.text is not None and not row.stops and kept.text.strip() != row.text.strip():
        yield f"is stored as {kept.text[-200:]!r}, not {row.text[-200:]!r}"


def unlike_asked(stage: Stage, played: Played) -> Iterator[str]:
    """The upstream is asked as often as makes sense, and is left when all is said, or at once after Stop."""
    asked = stage.upstream["models"].get(played.question)
    if asked != played.row.asked:
        yield f"was asked {asked} times, not {played.row.asked}"
    ended_at = played.began_at if played.row.stops else played.answer.ended_at
    left_at = stage.upstream["over"].get(played.question, NEVER)
    if left_at - ended_at > CLOSED_WITHIN_S + 2 * stage.lag_s:
        yield f"kept its line for {left_at - ended_at:.1f} s"


def too_late(stage: Stage, played: Played) -> Iterator[str]:
    at_most = played.row.within_s + 2 * stage.lag_s
    if played.seconds > at_most:
        yield f"was seen to end after {played.seconds:.1f} s, not {at_most:.1f}"


def told(played: Played, address: str) -> Iterator[str]:
    """No page, header or frame holds what is inside."""
    seen = "".join([*played.states, played.waiting, played.after])
    for word in (*UNSPOKEN, address, "\0", "\ufffe"):
        if word in seen:
            yield f"told {word!r}"


PROMISES = list(dict.fromkeys(row.promise for row in ROWS))


@pytest.mark.parametrize(
    "promise", [pytest.param(promise, marks=pytest.mark.promise(row=promise)) for promise in PROMISES]
)
def test_every_fault_comes_to_what_is_promised(stage, promise, upstream, figures):
    address, broken = upstream.url.removeprefix("http://"), []
    figures.worst("without a fault", stage.lag_s)
    for played in (it for it in stage.played if it.row.promise == promise):
        figures.tried()
        figures.worst("Stop seen after" if played.row.stops else "end seen after", played.seconds)
        broken += [
            f"{played.row} over {played.over} {what}"
            for what in (
                *unlike_shown(played),
                *unlike_stored(stage, played),
                *unlike_asked(stage, played),
                *too_late(stage, played),
                *told(played, address),
            )
        ]

    assert not broken, "\n".join(broken)


def test_before_a_word_the_page_says_that_the_model_thinks(stage):
    waiting = [it.waiting for it in stage.played if it.row.stops and it.row.promise == "U10"]

    assert len(waiting) > 4
    for page in waiting:
        assert 'data-status="running"' in page
        assert "data-waiting >Thinking</p>" in page


@pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
def test_after_all_of_them_everything_holds(stage, transport):
    site = stage.sites[transport]
    played = [it for it in stage.played if it.over == transport]

    check(site.database, [it.page for it in played], said=site.said)
    assert [word for word in UNSPOKEN if word in site.said] == []


def test_those_who_ask_at_the_same_time_are_answered(stage):
    assert {(it.answer.shown.status, stage.kept(it).text) for it in stage.controls} == {("done", "w1 ")}


@pytest.mark.parametrize("script", ["junk-20@200", "wrong-shapes-20@200", "deep-20@200"])
def test_the_log_counts_what_could_not_be_read(stage, script):
    log = stage.script(script).page.site.said

    assert re.search(r"An answer held \d+ events that could not be read\.", log)


def test_an_answer_without_end_is_cut_to_the_character(stage):
    assert len(stage.kept(stage.script("endless@0")).text) == CHARACTERS


def test_an_answer_that_takes_too_long_is_cut_where_it_is(stage):
    assert 0 < len(stage.kept(stage.script("endless@10")).text) < CHARACTERS


def test_slow_words_are_shown_one_by_one(stage):
    moments = [it.at for it in stage.script("words-10@1").answer.moments if it.what in {"t", "b"}]
    pauses = [after - before for before, after in pairwise(moments)]

    assert len(moments) >= 10
    assert max(pauses) <= 1 + 2 * stage.lag_s


def test_thoughts_are_kept_apart_from_the_answer(stage):
    kept = stage.kept(stage.script("reasoning-20@200"))

    assert kept.reasoning == kept.text == numbered(20)


def test_the_name_that_a_model_gives_itself_is_text(stage):
    played = stage.script("foreign-model-20@200")
    statement = "SELECT model_answered FROM conversations_generation WHERE id = %s"
    ((name,),) = played.page.site.query(statement, stage.kept(played).generation)

    assert name.startswith("<img src=x onerror=alert(1)>\"'\ufffd very-very-")
    assert len(name) == 200
    assert "<img src=x" not in played.after
    assert "&lt;img src=x" in played.after


@pytest.mark.parametrize(
    ("script", "reason"), [("length-20@200", "length"), ("filter-20@200", "content_filter")]
)
def test_the_reason_of_an_early_end_is_kept(stage, script, reason):
    played = stage.script(script)
    statement = "SELECT finish_reason FROM conversations_generation WHERE id = %s"

    assert played.page.site.query(statement, stage.kept(played).generation) == [(reason,)]


class Dangers(HTMLParser):
    """What could act in a page rather than be read in it."""

    TAGS = {
        "script",
        "iframe",
        "object",
        "embed",
        "form",
        "style",
        "svg",
        "img",
        "base",
        "meta",
        "link",
        "video",
    }

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.TAGS:
            self.found.append(tag)
        for name, value in attrs:
            foreign = name in {"href", "src"} and not (value or "").startswith(ALLOWED_SCHEMES)
            if name.startswith("on") or name in {"style", "srcdoc", "formaction"} or foreign:
                self.found.append(f"{tag} {name}={value}")


def test_hostile_markdown_does_nothing_in_mid_stream_and_after(stage):
    played = stage.script("hostile@20")
    shown = [*played.texts, played.answer.reload().html]

    assert len(set(shown)) > 3
    assert [danger for html in shown for danger in Dangers(html).found] == []


def test_no_promise_is_left_out():
    assert set(PROMISES) == {f"U{number}" for number in range(3, 25)} - {"U23"}
