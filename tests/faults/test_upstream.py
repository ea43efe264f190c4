"""U3 to U22 and U24: whatever the upstream does, its person reads a sentence, and nothing of what is inside.

All rows are played once, at one time; each test looks at what came of them.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from conversations.management.fake_llm.wire import numbered
from tests.served.site import Site

from .conftest import OURS
from .invariants import SECRETS, check
from .upstream_rows import CHARACTERS, LIMITS, ROWS, Row
from .upstream_stage import EXAMINED, Played, Stage, play_all

# Whoever plays the rows plays all of them: it is done once, in one process of a test run.
pytestmark = pytest.mark.xdist_group("upstream")

CLOSED_WITHIN_S = 2
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


@pytest.fixture
def played(stage, examined) -> Played:
    return stage.of(*examined)


def of_rows(rows: list[tuple[Row, str]]) -> pytest.MarkDecorator:
    marked = [
        pytest.param(it, id=f"{it[0]} over {it[1]}", marks=pytest.mark.promise(row=it[0].promise))
        for it in rows
    ]
    return pytest.mark.parametrize("examined", marked)


of_every_row = of_rows(EXAMINED)
of_stopped_rows = of_rows([it for it in EXAMINED if it[0].stops])


@of_every_row
def test_its_person_reads_a_sentence_and_has_a_way_on(played):
    row = played.row

    assert played.answer.shown.status == row.status
    assert played.footer == (row.sentence, row.offers_retry)


@of_every_row
def test_what_arrived_is_kept_once_with_the_reason(stage, played):
    row, kept = played.row, stage.kept(played)

    assert (kept.status, kept.problem) == (row.status, row.problem)
    assert row.text is None or row.stops or kept.text.strip() == row.text.strip()


@of_every_row
def test_it_ends_as_soon_as_is_promised(stage, played, figures):
    figures.tried()
    figures.worst("seen after", played.seconds, at_most=played.row.within_s + 2 * stage.lag_s)


@of_every_row
def test_the_upstream_is_asked_as_often_as_makes_sense_and_then_left(stage, played):
    ended_at = stage.upstream["over"][played.question]

    assert stage.upstream["models"][played.question] == played.row.asked
    assert ended_at - played.answer.ended_at <= CLOSED_WITHIN_S + 2 * stage.lag_s


@of_every_row
def test_nothing_of_what_is_inside_is_told(played, upstream):
    told = "".join([*played.states, played.waiting, played.after])
    address = upstream.url.removeprefix("http://")

    assert [word for word in (*UNSPOKEN, address, "\0", "\ufffe") if word in told] == []


@of_stopped_rows
def test_before_a_word_the_page_says_that_the_model_thinks_and_can_be_stopped(stage, played):
    left_at = stage.upstream["over"][played.question]

    assert 'data-status="running"' in played.waiting
    assert played.row.promise != "U10" or "data-waiting >Thinking</p>" in played.waiting
    assert left_at - played.began_at <= CLOSED_WITHIN_S + 2 * stage.lag_s


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

    assert len(set(shown)) > 10
    assert [danger for html in shown for danger in Dangers(html).found] == []


def test_every_row_of_the_table_is_played_here():
    assert {row.promise for row in ROWS} == {f"U{number}" for number in range(3, 25)} - {"U23"}
