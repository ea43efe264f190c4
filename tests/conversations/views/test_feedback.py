"""The thumbs under an answer, as their owner presses them."""

import re

import pytest
from django.urls import reverse

from conversations import wiring
from conversations.models import Feedback, Status
from conversations.services.feedback import explain_feedback, rate_answer
from tests.factories import make_conversation

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(ada):
    return make_conversation(ada, "What do otters eat?", "Fish.").leaf


def address(answer) -> str:
    return reverse("conversations:give_feedback", args=[answer.public_id])


def conversation_page(answer) -> str:
    return reverse("conversations:show_conversation", args=[answer.conversation.public_id])


def pressed(page: str) -> dict[str, str]:
    """Which thumb is pressed, and what each would send."""
    found = re.findall(r'value="(\w+)" aria-pressed="(\w+)" title="(\w+) answer"', page)
    return {name: f"{state} sends {value}" for value, state, name in found}


NONE = {"Good": "false sends up", "Bad": "false sends down"}
UP = {"Good": "true sends none", "Bad": "false sends down"}
DOWN = {"Good": "false sends up", "Bad": "true sends none"}


def test_thumbs_stand_under_answers_alone(browser, answer):
    page = browser.get(conversation_page(answer)).content.decode()

    assert page.count('class="feedback"') == 1
    assert pressed(page) == NONE


def test_an_answer_without_words_has_none(browser, ada):
    answer = make_conversation(ada, "What do otters eat?", "").leaf
    answer.conversation.generations.update(status=Status.FAILED, problem="busy")

    assert 'class="feedback"' not in browser.get(conversation_page(answer)).content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_thumb_is_kept_and_shown_again(browser, answer, headers):
    for thumb, state in (("up", UP), ("down", DOWN), ("none", NONE)):
        browser.post(address(answer), {"thumb": thumb}, headers=headers)
        assert pressed(browser.get(conversation_page(answer)).content.decode()) == state
    assert not Feedback.objects.exists()


def test_htmx_gets_the_thumbs_and_after_one_down_the_form(browser, answer):
    up = browser.post(address(answer), {"thumb": "up"}, headers=HTMX).content.decode()
    down = browser.post(address(answer), {"thumb": "down"}, headers=HTMX).content.decode()

    assert "<html" not in up + down
    assert (pressed(up), pressed(down)) == (UP, DOWN)
    assert "What was wrong?" not in up
    assert "What was wrong?" in down
    assert "Say why" in up


def test_without_scripts_a_thumb_down_leads_to_the_form(browser, answer):
    answered = browser.post(address(answer), {"thumb": "down"})

    assert answered.url == address(answer)
    assert "What was wrong?" in browser.get(answered.url).content.decode()
    up = browser.post(address(answer), {"thumb": "up"})
    assert up.url == f"{conversation_page(answer)}#m-{answer.public_id}"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_why_is_kept_and_stands_in_the_form_again(browser, answer, headers):
    said = {"thumb": "down", "explained": "1", "reasons": ["wrong", "style"], "words": "Crabs <b>too</b>."}

    saved = browser.post(address(answer), said, headers=headers)

    assert saved.status_code == (200 if headers else 302)
    kept = Feedback.objects.get()
    assert (kept.thumb, kept.reasons, kept.words) == ("down", ["wrong", "style"], "Crabs <b>too</b>.")
    page = browser.get(address(answer), headers=headers).content.decode()
    assert page.count("checked") == 2
    assert "Crabs &lt;b&gt;too&lt;/b&gt;." in page
    closed = browser.get(address(answer) + "?closed", headers=HTMX).content.decode()
    assert "Your reasons" in closed
    assert "<textarea" not in closed


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"thumb": "down", "explained": "1", "words": "x" * 2001}, "2,001 characters"),
        ({"thumb": "sideways"}, "out of date"),
        ({}, "out of date"),
        ({"thumb": "down", "explained": "1", "reasons": "forged"}, "out of date"),
    ],
)
def test_what_cannot_be_kept_is_told(browser, answer, said, sentence, headers):
    answered = browser.post(address(answer), said, headers=headers)

    assert answered.status_code == 422
    assert sentence in answered.content.decode()
    assert said.get("words", "") in answered.content.decode()
    assert not Feedback.objects.exists()


def test_a_question_is_not_rated(browser, answer):
    for method in ("get", "post"):
        assert getattr(browser, method)(address(answer.parent)).status_code == 404


def test_a_stranger_neither_reads_nor_gives_it(stranger, answer):
    explain_feedback(answer, thumb="down", reasons=[], words="Crabs too.")

    assert stranger.get(address(answer)).status_code == 404
    assert stranger.post(address(answer), {"thumb": "up"}).status_code == 404
    assert Feedback.objects.get().thumb == "down"


def test_many_thumbs_cost_one_query(browser, ada, django_assert_max_num_queries):
    model = wiring.current_model()
    short = make_conversation(ada, "Hi", "Ho", model=model)
    long = make_conversation(ada, *["Hi", "Ho"] * 30, model=model)
    for message in long.messages.filter(role="assistant"):
        rate_answer(message, thumb="up")
    browser.get(conversation_page(short.leaf))

    for conversation in (short, long):
        with django_assert_max_num_queries(16):
            assert browser.get(conversation_page(conversation.leaf)).status_code == 200
