from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversations.models import Message, Problem, Status
from tests.factories import add_answer, make_conversation

HTMX = {"HX-Request": "true"}


def address(name: str, row: Any) -> str:
    return reverse(f"conversations:{name}", args=[row.public_id])


def test_an_edit_shows_the_new_branch_and_keeps_the_old_one(browser, ada):
    conversation = make_conversation(ada, "Helo", "Hi")
    message = conversation.messages.get(text="Helo")
    url = address("edit_message", message)

    assert "Helo" in browser.get(url).content.decode()
    assert "<html" not in browser.get(url, headers=HTMX).content.decode()
    browser.post(url, {"text": "Hello there", "key": uuid4()})

    page = browser.get(address("show_conversation", conversation)).content.decode()
    assert "Hello there" in page
    assert "Version 2 of 2" in page
    assert Message.objects.filter(text="Helo").exists()


def test_an_edit_that_cannot_be_is_told_and_kept(browser, ada):
    message = make_conversation(ada, "Hello", "Hi").messages.get(text="Hello")

    for headers in ({}, HTMX):
        answer = browser.post(
            address("edit_message", message), {"text": "x" * 32_001, "key": uuid4()}, headers=headers
        )
        assert answer.status_code == 422
        assert "x" * 32_001 in answer.content.decode()
        assert "32,001" in answer.content.decode()
        assert f'aria-describedby="edit-error-{message.public_id}"' in answer.content.decode()


@pytest.mark.parametrize("data", [{}, {"text": " ", "key": str(uuid4())}], ids=["nothing", "spaces"])
def test_an_edit_without_words_is_refused_in_a_sentence(browser, ada, data):
    message = make_conversation(ada, "Hello", "Hi").messages.get(text="Hello")

    answer = browser.post(address("edit_message", message), data, headers=HTMX)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_send_costs_the_same_however_long_the_conversation_is(browser, ada):
    counts = []
    for words in (["Hello", "Hi"], ["Hello", "Hi"], ["Hello", "Hi"] * 20):
        conversation = make_conversation(ada, *words)
        data = {"text": "How are you?", "key": uuid4(), "leaf": conversation.leaf.public_id}

        with CaptureQueriesContext(connection) as queries:
            answer = browser.post(address("send_message", conversation), data, headers=HTMX)

        assert "How are you?" in answer.content.decode()
        assert "Hello" not in answer.content.decode().partition("composer-fields")[0]
        assert not any("RECURSIVE" in query["sql"] for query in queries)
        counts.append(len(queries))
    _, short, long = counts  # the first also adds the row of the model
    assert long == short <= 20


def test_an_answer_cannot_be_edited(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")

    assert browser.get(address("edit_message", conversation.leaf)).status_code == 404


def test_asking_again_shows_a_second_version(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")

    page = browser.post(address("regenerate_message", conversation.leaf), headers=HTMX).content.decode()

    assert "<html" not in page
    assert page.count("data-stream=") == 1
    assert conversation.leaf.parent.replies.count() == 2


def test_asking_again_twice_at_once_is_refused_in_words(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    leaf = conversation.leaf
    browser.post(address("regenerate_message", leaf))

    answer = browser.post(address("regenerate_message", leaf))

    assert answer.status_code == 409
    assert "still being written" in answer.content.decode()
    assert leaf.parent.replies.count() == 2


def test_switching_shows_the_other_branch_to_its_end(browser, ada):
    conversation = make_conversation(ada, "Question", "First answer", "Follow-up", "Second")
    question = conversation.messages.get(text="Question")
    other = add_answer(conversation, question, "Another answer")

    page = browser.post(address("switch_version", other), headers=HTMX).content.decode()
    assert "Another answer" in page
    assert "Follow-up" not in page

    page = browser.post(
        address("switch_version", conversation.messages.get(text="First answer")), follow=True
    )
    assert "Follow-up" in page.content.decode()


def test_the_text_of_a_message_is_plain(browser, ada):
    conversation = make_conversation(ada, "Hello", "<b>*Hi*</b>")

    answer = browser.get(address("message_text", conversation.leaf))

    assert answer.content.decode() == "<b>*Hi*</b>"
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_details_are_told_on_demand(browser, ada):
    conversation = make_conversation(ada, "Hello")
    answer = add_answer(
        conversation,
        conversation.leaf,
        "Hi",
        prompt_tokens=1234,
        completion_tokens=56,
        usage_trusted=True,
        cost_usd="0.0012",
    )

    for headers in ({}, HTMX):
        page = browser.get(address("message_details", answer), headers=headers).content.decode()
        assert "1234" in page.replace(",", "")
        assert "0.0012" in page


def test_counts_that_may_be_credits_are_not_told_as_tokens(browser, ada):
    conversation = make_conversation(ada, "Hello")
    answer = add_answer(
        conversation, conversation.leaf, "Hi", prompt_tokens=50, completion_tokens=630, usage_trusted=False
    )

    page = browser.get(address("message_details", answer), headers=HTMX).content.decode()

    assert "not reported reliably" in page
    assert ">630" not in page


def test_an_answer_that_broke_off_says_why_and_offers_a_way_on(browser, ada):
    conversation = make_conversation(ada, "Hello")
    answer = add_answer(
        conversation, conversation.leaf, "Half a", status=Status.INTERRUPTED, problem=Problem.BROKEN_OFF
    )
    conversation.move_to(answer)

    page = browser.get(address("show_conversation", conversation)).content.decode()

    assert "The answer broke off. What arrived is kept." in page
    assert "Half a" in page
    assert "Retry" in page


def test_the_page_shows_from_where_on_the_model_still_sees(browser, ada):
    conversation = make_conversation(ada, "Old " * 900, "Answer", "Newer", "Answer", "Newest", "Answer")
    conversation.model.context_window = 1_000
    conversation.model.output_limit = 100
    conversation.model.save()

    page = browser.get(address("show_conversation", conversation)).content.decode()

    assert page.count("The model sees the conversation from here on") == 1
    assert page.count("message--forgotten") == 2


def test_a_running_answer_made_elsewhere_is_shown_from_its_chunks(browser, ada):
    conversation = make_conversation(ada, "Hello")
    answer = add_answer(conversation, conversation.leaf, "", status=Status.RUNNING)
    conversation.move_to(answer)
    answer.generation.chunks.create(kind="answer", position=0, text="So far **this**")

    page = browser.get(address("show_conversation", conversation)).content.decode()

    assert "<strong>this</strong>" in page
    assert "http-equiv" in page
