import asyncio
import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import bus
from conversations.bus.postgres import payloads
from conversations.streaming import live
from conversations.streaming.feed import PIECE_CHARACTERS, WATCHED_FOR_S, Feed
from conversations.streaming.live import LiveAnswer
from tests.conversations.bus.carriers import NOTIFY_TAKES_LESS_THAN, Pouch, carried
from tests.conversations.streaming.site import until

PK, FENCE = 7, 2
THERE, ELSEWHERE = "there000", "elsewher"


class Owner:
    """A process that makes one answer, and the letters that it wrote."""

    def __init__(self, text: str = "", reasoning: str = "") -> None:
        self.now = 0.0
        self.pouch = Pouch()
        self.feed = Feed(self.pouch.send, lambda: self.now)
        self.answer = live.running[PK] = LiveAnswer(PK, FENCE)
        self.answer.append_text(text)
        self.answer.append_reasoning(reasoning)

    def is_asked(self, *, by: str = THERE, fence: int = FENCE, text: int = 0, reasoning: int = 0) -> None:
        self.feed.watch((by, PK, fence, text, reasoning))

    def end(self, *, kept: bool = True) -> None:
        live.running.pop(PK)
        self.answer.end(kept=kept)

    def letters(self, to: str = THERE) -> list[list[str | int | bool]]:
        """Take out what was written to a process since the last time."""
        taken = [letter for process, letter in self.pouch.sent if process == to]
        self.pouch.sent = [sent for sent in self.pouch.sent if sent[0] != to]
        return taken


@pytest.fixture(autouse=True)
def nothing_runs():
    yield
    live.running.clear()


def test_who_asks_is_told_at_once_what_it_lacks_and_how_much_there_is():
    owner = Owner("Fish and crabs.", "Hm.")
    owner.is_asked(text=8)

    assert owner.letters() == [
        ["words", PK, FENCE, "reasoning", 0, "Hm."],
        ["words", PK, FENCE, "text", 8, " crabs."],
        ["here", PK, FENCE, 15, 3, "running"],
    ]


def test_every_word_is_told_once_and_those_of_one_moment_in_one_letter():
    owner = Owner("Fish")
    owner.is_asked()
    owner.letters()
    for word in (" and", " ", "crabs"):
        owner.answer.append_text(word)
    owner.feed.tell()
    owner.feed.tell()

    assert owner.letters() == [["words", PK, FENCE, "text", 4, " and crabs"]]


@pytest.mark.parametrize(("kept", "state"), [(True, "kept"), (False, "lost")])
def test_the_end_is_told_once_after_the_last_word_and_again_to_who_asks(kept, state):
    owner = Owner("Fish")
    owner.is_asked()
    owner.letters()
    owner.answer.append_text(".")
    owner.end(kept=kept)
    owner.feed.tell()
    owner.feed.tell()
    assert owner.letters() == [["words", PK, FENCE, "text", 4, "."], ["here", PK, FENCE, 5, 0, state]]

    owner.is_asked(text=5)
    assert owner.letters() == [["here", PK, FENCE, 5, 0, state]]


def test_who_asks_for_an_answer_that_is_not_made_here_is_told_that_it_is_gone():
    owner = Owner("Fish")
    owner.end()
    owner.is_asked()
    owner.feed.tell()

    assert owner.letters() == [["gone", PK, FENCE]]


def test_who_asks_with_an_old_fence_gets_no_word():
    owner = Owner("Fish")
    owner.is_asked(fence=FENCE - 1)
    owner.answer.append_text(" and crabs.")
    owner.feed.tell()

    assert owner.letters() == [["gone", PK, FENCE - 1]]


def leave(owner: Owner) -> None:
    owner.feed.unwatch((THERE, PK))


def forget_to_ask(owner: Owner) -> None:
    owner.now += WATCHED_FOR_S + 1


@pytest.mark.parametrize("go", [leave, forget_to_ask])
def test_who_does_not_watch_any_more_gets_no_letters_and_others_do(go: Callable[[Owner], None]):
    owner = Owner("Fish")
    owner.is_asked()
    go(owner)
    owner.is_asked(by=ELSEWHERE)
    owner.letters(), owner.letters(ELSEWHERE)
    owner.answer.append_text(".")
    owner.feed.tell()

    assert owner.letters() == []
    assert owner.letters(ELSEWHERE) == [["words", PK, FENCE, "text", 4, "."]]


def test_when_the_last_has_left_nothing_is_kept_of_the_answer():
    owner = Owner("Fish")
    owner.is_asked()
    owner.is_asked(by=ELSEWHERE)
    owner.feed.unwatch((THERE, PK))
    assert owner.answer._bells

    owner.feed.unwatch((ELSEWHERE, PK))
    owner.feed.unwatch((ELSEWHERE, PK))
    assert not owner.answer._bells
    assert not owner.feed._watches


def test_the_more_are_told_the_rarer_they_are_told():
    owner = Owner()
    ticks = [owner.feed.tick_s]
    for number in range(60):
        owner.is_asked(by=f"{number:08}")
        ticks.append(owner.feed.tick_s)

    assert ticks == sorted(ticks)
    assert (ticks[0], ticks[10], ticks[30], ticks[60]) == (0.020, 0.020, 0.060, 0.100)


@given(st.text(min_size=1), st.integers(1, 2 * PIECE_CHARACTERS))
def test_a_letter_fits_into_a_notice_whatever_it_says(text, times):
    owner = Owner((text * times)[: 3 * PIECE_CHARACTERS], (text * times)[:PIECE_CHARACTERS])
    owner.is_asked()
    owner.feed.watch((THERE, PK, FENCE, 1, 0))

    assert_each_fits(owner)


@pytest.mark.parametrize("character", ["x", "é", "€", "🦦", "\x01", "\0", '"', "\\", "\u2028", "\x7f"])
def test_the_longest_letter_fits_into_a_notice(character):
    owner = Owner()
    owner.answer = live.running[2**63 - 1] = LiveAnswer(2**63 - 1, fence=2**31 - 1)
    owner.answer.append_reasoning(character * 200_000)
    owner.feed.watch((THERE, 2**63 - 1, 2**31 - 1, 0, 0))

    assert_each_fits(owner)


def assert_each_fits(owner: Owner) -> None:
    texts = {"text": "", "reasoning": ""}
    letters = owner.letters()
    for letter in letters:
        wire = json.dumps(letter, ensure_ascii=False, separators=(",", ":")).encode()
        (payload,) = payloads([wire])
        assert len(payload.encode()) < NOTIFY_TAKES_LESS_THAN
        if letter[0] == "words":
            kind, position, text = str(letter[3]), int(letter[4]), str(letter[5])
            texts[kind] = texts[kind][:position] + text
    assert texts == {"text": owner.answer.text, "reasoning": owner.answer.reasoning}


async def test_a_feed_that_runs_answers_letters_and_tells_what_is_new_by_itself():
    owner = Owner("Fish")
    pouch = Pouch()
    with carried(pouch):
        feed = asyncio.create_task(Feed().run())
        await asyncio.sleep(0)
        bus.deliver(["watch", THERE, PK, FENCE, 0, 0])
        assert pouch.of("here") == [["here", PK, FENCE, 4, 0, "running"]]

        owner.answer.append_text(" and crabs.")
        await until(lambda: ["words", PK, FENCE, "text", 4, " and crabs."] in pouch.of("words"))
        owner.end()
        await until(lambda: ["here", PK, FENCE, 15, 0, "kept"] in pouch.of("here"))

        bus.deliver(["unwatch", THERE, PK])
        feed.cancel()
        with suppress(asyncio.CancelledError):
            await feed
        bus.deliver(["watch", THERE, PK, FENCE, 0, 0])

    assert len(pouch.of("here")) == 2
    assert pouch.of("gone") == []


async def test_the_first_word_of_an_answer_does_not_wait_for_the_tick(monkeypatch):
    monkeypatch.setattr(Feed, "tick_s", 60.0)
    letters: asyncio.Queue[bus.Letter] = asyncio.Queue()
    feed = Feed(lambda process, letter: letters.put_nowait(letter))
    answers = [LiveAnswer(pk, fence=1) for pk in (1, 2)]
    live.running.update({answer.generation_id: answer for answer in answers})
    running = asyncio.create_task(feed.run())
    await asyncio.sleep(0)
    for answer in answers:
        feed.watch(("far", answer.generation_id, 1, 0, 0))
        await letters.get()
    try:
        for answer in answers:
            answer.append_text("Otters ")
            letter = await asyncio.wait_for(letters.get(), 5)
            assert letter == ("words", answer.generation_id, 1, "text", 0, "Otters ")
        answers[0].append_text("swim.")  # what follows the first word waits
        await asyncio.sleep(0.05)
        assert letters.empty()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        live.running.clear()
