import asyncio
from time import monotonic

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404, HttpRequest
from django.test import RequestFactory

from accounts.models import User
from conversations import bus
from conversations.models import Generation, Message, Problem, Status
from conversations.streaming import live
from conversations.streaming.frames import Cursor
from conversations.streaming.live import LiveAnswer
from conversations.views.stream import LOOK_EVERY_S, ended_event, follow
from tests.factories import make_conversation, make_user


def request_of(person: User) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user, request.session = person, SessionStore()
    request.session.create()
    return request


@pytest.fixture
def answering(transactional_db):
    """A generation that is queued, and a request of its owner."""
    request = request_of(make_user("ada"))
    generation = make_conversation(request.user, "Otters?", "").leaf.generation
    Generation.objects.update(status=Status.QUEUED)
    generation.refresh_from_db()
    yield request, generation
    live.running.clear()


def begin(generation: Generation) -> LiveAnswer:
    answer = live.running[generation.pk] = LiveAnswer(generation.pk, fence=1)
    bus.ring("answer", generation.pk)
    return answer


async def test_a_viewer_hears_at_once_that_its_answer_begins(answering):
    request, generation = answering
    events = follow(request, generation, Cursor())
    assert b'"queued"' in await anext(events)

    begin(generation).append_text("Fish")
    await asyncio.sleep(0)
    since = monotonic()

    assert b"Fish" in await anext(events)
    assert monotonic() - since < LOOK_EVERY_S / 2
    await events.aclose()


async def test_a_frame_that_waited_for_its_line_does_not_hold_back_the_next(answering):
    request, generation = answering
    answer = begin(generation)
    answer.append_text("Fish")
    events = follow(request, generation, Cursor())
    assert b"Fish" in await anext(events)
    await asyncio.sleep(0.1)  # somebody else had the processor, or the line was full
    since = monotonic()

    answer.append_text(" and crabs")
    assert b"crabs" in await anext(events)
    assert monotonic() - since < 0.5
    await events.aclose()


async def test_a_viewer_of_an_answer_that_was_not_kept_ends_with_what_is_stored(answering):
    request, generation = answering
    answer = begin(generation)
    answer.append_text("Fish and crabs.")
    events = follow(request, generation, Cursor())
    assert b"crabs" in await anext(events)

    ended = Generation.objects.filter(pk=generation.pk)
    await sync_to_async(ended.update)(status=Status.INTERRUPTED, problem=Problem.PROCESS_GONE)
    await Message.objects.filter(generation=generation).aupdate(text="Fish", renderer_version=0)
    del live.running[generation.pk]
    answer.end(kept=False)

    last = b"".join([part async for part in events]).decode().rpartition('"reset":true')[2]
    assert "Fish" in last
    assert "crabs" not in last
    assert '"status":"interrupted"' in last


def test_an_answer_that_was_faster_than_its_viewer_comes_whole(ada):
    generation = make_conversation(ada, "Otters?", "**Fish.**\n\nAnd crabs.").leaf.generation
    request = request_of(ada)

    faster = ended_event(request, generation, followed=False).decode()
    followed = ended_event(request, generation, followed=True).decode()

    assert faster.count("event: b\n") == 2
    assert "<strong>Fish.</strong>" in faster
    assert faster.rpartition("event: s\n")[2].startswith('id: 0-0-0\ndata: {"status":"done"')
    assert "event: b\n" not in followed


def test_the_end_of_an_answer_is_told_in_the_language_of_each_viewer(ada):
    generation = make_conversation(ada, "Otters?", "Fish.").leaf.generation
    request, english = request_of(ada), request_of(ada)
    request.META["HTTP_ACCEPT_LANGUAGE"] = "de"

    ends = [ended_event(it, generation, followed=True).decode() for it in (request, english)]

    assert "Diese Nachricht kopieren" in ends[0]
    assert "Copy this message" in ends[1]


def test_a_plain_answer_that_was_faster_than_its_viewer_is_not_rendered_again(ada):
    answer = make_conversation(ada, "Otters?", "**Fish.**").leaf
    answer.plain, answer.html = True, '<pre class="plain">**Fish.**</pre>'
    answer.reasoning = "Hm."
    answer.save()
    request = request_of(ada)

    faster = ended_event(request, answer.generation, followed=False).decode()

    assert faster.count("event: b\n") == 1
    assert "**Fish.**" in faster
    assert '"text":"Hm."' in faster


def test_whose_account_is_closed_is_not_told_how_an_answer_ended(ada):
    generation = make_conversation(ada, "Otters?", "Fish.").leaf.generation
    request = request_of(ada)
    assert b"event: s" in ended_event(request, generation, followed=True)

    User.objects.update(is_active=False)

    with pytest.raises(Http404):
        ended_event(request, generation, followed=True)
