"""A page of an answer that another process is making: what it shows, and how it goes on from there."""

import re
from html import unescape

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from conversations import bus
from conversations.models import Generation, Message, Status
from conversations.rendering import render, render_markdown
from conversations.streaming import live
from conversations.streaming.feed import Feed
from conversations.streaming.frames import Cursor
from conversations.streaming.live import LiveAnswer
from conversations.streaming.mirror import mirrors
from conversations.views.stream import follow
from tests.conversations.rendering.markup import roots
from tests.conversations.streaming.elsewhere import (
    answer_of_its_owner,
    at_work,
    make_answer_elsewhere,
    one_that_is_two,
)
from tests.conversations.streaming.test_frames import Browser

STORED = "# In rivers\n\nThey eat **fish**.\n\nAnd"
MORE = " *crabs*.\n\n- urchins\n- [clams][1]\n\n[1]: https://x.org\n"


@pytest.fixture
def generation(transactional_db) -> Generation:
    generation = make_answer_elsewhere()
    for position, text in [(0, STORED[:20]), (20, STORED[20:])]:
        generation.chunks.create(kind="answer", position=position, text=text)
    generation.chunks.create(kind="reasoning", position=0, text="Hm.")
    return generation


@pytest.fixture
def two_processes():
    with one_that_is_two():
        yield


@sync_to_async
def page_of(generation: Generation) -> str:
    browser = Client()
    browser.force_login(generation.conversation.owner)
    address = reverse("conversations:show_conversation", args=[generation.conversation.public_id])
    return browser.get(address).content.decode()


def opened(page: str) -> Browser:
    """Return a browser that shows `page`, as stream.js begins with it."""
    browser = Browser()
    answer = page[page.index("data-cursor") :]
    browser.cursor = re.search(r'data-cursor="([^"]+)"', answer)[1]
    html = re.search(r'data-text>(.*?)<div class="tail"', answer, re.DOTALL)[1]
    browser.blocks = [html, *[""] * (len(roots(html)) - 1)]
    browser.tail = unescape(re.search(r'data-tail="([^"]*)"', answer)[1])
    browser.reasoning = re.search(r"data-reasoning-text[^>]*>(.*?)</div>", answer)[1]
    return browser


@sync_to_async
def request_of_its_person(generation: Generation) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user, request.session = generation.conversation.owner, SessionStore()
    request.session.create()
    return request


@sync_to_async
def finish(generation: Generation, answer: LiveAnswer) -> None:
    """Store the answer, as its owner does before it tells of the end."""
    words = {"text": answer.text, "reasoning": answer.reasoning, **render(answer.text)}
    Message.objects.filter(generation=generation).update(**words)
    generation.chunks.all().delete()
    Generation.objects.filter(pk=generation.pk).update(status=Status.DONE)


async def test_a_page_of_a_process_that_has_nothing_of_the_answer_shows_what_is_stored(generation):
    assert live.find(generation) is None
    browser = opened(await page_of(generation))

    assert browser.html == render_markdown(STORED)
    assert browser.reasoning == "Hm."
    cursor = Cursor.parse(browser.cursor)
    assert (cursor.fence, cursor.blocks) == (generation.fence, 1)  # the open block is not counted


async def test_such_a_page_goes_on_at_another_process_from_its_cursor(generation, two_processes):
    browser = opened(await page_of(generation))
    owner = answer_of_its_owner(generation, STORED + MORE)
    owner.append_reasoning("Hm.")
    request = await request_of_its_person(generation)
    async with at_work(Feed().run(), mirrors.run()):
        events = follow(request, generation, Cursor.parse(browser.cursor))
        first = await anext(events)
        browser.read(first)
        assert live.mirrored.keys() == {generation.pk}

        await finish(generation, owner)
        owner.end(kept=True)
        bus.ring("answer", generation.pk)
        rest = b"".join([part async for part in events])
        browser.read(rest)

    assert b"In rivers" not in first + rest
    assert b'"reset":true' not in first + rest
    assert b'"status":"done"' in rest
    assert browser.html == render_markdown(STORED + MORE)
    assert browser.reasoning == "Hm."
    assert browser.html in await page_of(generation)
