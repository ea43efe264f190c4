"""A process whose event loop is late takes no new answers: those that run would become later still."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from conversations.models import Conversation, Generation, Message
from conversations.streaming import lag
from tests.conversations.streaming.lateness import forget_lateness, measured
from tests.factories import make_conversation

HTMX = {"HX-Request": "true"}
SENTENCE = "The site is very busy at the moment. Please send this again in a few seconds."


@pytest.fixture
def busy(monkeypatch):
    monkeypatch.setattr(lag, "EVERY_S", 0.001)
    monkeypatch.setattr(lag, "LIMIT_S", 0.03)
    asyncio.run(measured(*[0.06] * 3))
    yield
    forget_lateness()


@pytest.fixture
def talk(ada) -> Conversation:
    return make_conversation(ada, "Hello", "Hi")


def address(name: str, row: Any) -> str:
    return reverse(f"conversations:{name}", args=[row.public_id])


def start(talk: Conversation) -> tuple[str, dict[str, object]]:
    return reverse("conversations:new_conversation"), {}


def send(talk: Conversation) -> tuple[str, dict[str, object]]:
    return address("send_message", talk), {"leaf": str(talk.leaf.public_id)}


def edit(talk: Conversation) -> tuple[str, dict[str, object]]:
    return address("edit_message", talk.leaf.parent), {}


def counted() -> tuple[int, int, int]:
    return Conversation.objects.count(), Message.objects.count(), Generation.objects.count()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize("ask", [start, send, edit])
def test_a_busy_process_refuses_to_ask_keeps_the_text_and_takes_it_later(ask, headers, browser, talk, busy):
    url, fields = ask(talk)
    typed = {"text": "Do otters <b>dream</b>?", "key": str(uuid4()), **fields}
    before = counted()
    answer = browser.post(url, typed, headers=headers)

    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert SENTENCE in page
    assert counted() == before
    if headers:  # its page keeps the text itself: what comes with this status is not put in its place
        assert "<html" not in page
        assert "data-notice" in page
    else:
        assert "Do otters &lt;b&gt;dream&lt;/b&gt;?</textarea>" in page
        assert f'name="key" value="{typed["key"]}"' in page

    forget_lateness()
    assert browser.post(url, typed, headers=headers).status_code == (200 if headers else 302)
    assert Message.objects.filter(text=typed["text"]).count() == 1


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_busy_process_refuses_to_ask_again(headers, browser, talk, busy):
    url, before = address("regenerate_message", talk.leaf), counted()
    answer = browser.post(url, headers=headers)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert SENTENCE in answer.content.decode()
    assert counted() == before

    forget_lateness()
    browser.post(url, headers=headers)
    assert counted() != before


def test_a_busy_process_shows_its_pages_and_is_passed_over_by_its_proxy(browser, talk, busy):
    assert browser.get(address("show_conversation", talk)).status_code == 200
    assert browser.get(address("edit_message", talk.leaf.parent)).status_code == 200

    ready = browser.get(reverse("conversations:readyz"))
    assert (ready.status_code, ready.content) == (503, b"overloaded\n")
