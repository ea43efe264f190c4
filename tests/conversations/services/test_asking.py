from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from conversations.models import Conversation, Generation, Message, Role, Status
from conversations.services import admission
from conversations.services.admission import MESSAGES_PER_MINUTE, clean_text
from conversations.services.asking import ask, edit_message, regenerate, start_conversation
from conversations.services.errors import Conflict, Refusal, TooMany, Unavailable
from conversations.services.keeping import delete_conversation
from conversations.services.stopping import stop_answer
from conversations.services.titles import ask_for_title
from tests.factories import make_conversation, make_model


def settle(conversation) -> None:
    conversation.generations.update(status=Status.DONE)


def test_the_first_message_opens_a_conversation_and_queues_an_answer(ada):
    exchange = start_conversation(ada, text="Why is the sky blue?", key=uuid4(), model=make_model())

    conversation = exchange.question.conversation
    assert conversation.title == "Why is the sky blue?"
    assert conversation.leaf == exchange.answer
    assert exchange.answer.generation.status == Status.QUEUED


def test_the_same_key_again_is_the_same_exchange(ada):
    key = uuid4()
    first = start_conversation(ada, text="Once", key=key, model=make_model())
    again = start_conversation(ada, text="Once", key=key, model=make_model())

    assert again == first
    assert Message.objects.filter(role=Role.USER).count() == 1


def test_the_key_of_another_person_is_no_way_to_their_message(ada, bob):
    key = uuid4()
    start_conversation(ada, text="Mine", key=key, model=make_model())

    with pytest.raises(Conflict):
        start_conversation(bob, text="Yours?", key=key, model=make_model())


def test_asking_adds_below_the_newest_message(ada):
    conversation = make_conversation(ada, "Hello", "Hi")

    exchange = ask(conversation, text="How are you?", key=uuid4())

    assert exchange.question.parent == conversation.leaf
    conversation.refresh_from_db()
    assert conversation.leaf == exchange.answer


def test_nothing_is_added_to_a_conversation_that_was_deleted_meanwhile(ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    read_before = Conversation.objects.select_related("leaf").get()
    delete_conversation(conversation)

    with pytest.raises(Conflict):
        ask(read_before, text="How are you?", key=uuid4())
    with pytest.raises(Conflict):
        regenerate(read_before.leaf)
    ask_for_title(Conversation.objects.get())

    assert not Generation.objects.active().exists()


def test_a_page_that_fell_behind_is_told(ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    seen = conversation.leaf.public_id
    ask(conversation, text="From one tab", key=uuid4(), seen=seen)
    settle(conversation)

    with pytest.raises(Conflict):
        ask(conversation, text="From the other", key=uuid4(), seen=seen)
    assert not Message.objects.filter(text="From the other").exists()


def test_one_answer_at_a_time(ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    ask(conversation, text="First", key=uuid4())

    with pytest.raises(Conflict):
        ask(conversation, text="Second", key=uuid4())


def test_the_database_itself_keeps_to_one_answer_at_a_time(ada):
    conversation = make_conversation(ada, "Hello", "Hi", "And?", "So")
    conversation.generations.filter(pk=conversation.generations.first().pk).update(status=Status.RUNNING)

    with pytest.raises(IntegrityError), transaction.atomic():
        conversation.generations.update(status=Status.RUNNING)


def test_an_edit_is_a_sibling_with_an_answer_of_its_own(ada):
    conversation = make_conversation(ada, "Helo", "Hi")
    message = conversation.messages.get(text="Helo")

    exchange = edit_message(message, text="Hello", key=uuid4())

    assert exchange.question.parent is None
    assert exchange.question.position == 1
    assert Message.objects.get(pk=message.pk).text == "Helo"
    with pytest.raises(Refusal):
        edit_message(exchange.answer, text="I put words into its mouth", key=uuid4())


def test_asking_again_makes_a_sibling_of_the_answer(ada):
    conversation = make_conversation(ada, "Hello", "Hi")

    answer = regenerate(conversation.leaf)

    assert answer.parent == conversation.leaf.parent
    assert answer.position == 1


def test_a_queued_answer_stops_at_once_and_a_running_one_is_told(ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    generation = ask(conversation, text="Stop me", key=uuid4()).answer.generation
    stop_answer(generation)
    generation.refresh_from_db()
    assert generation.status == Status.STOPPED

    Generation.objects.filter(pk=generation.pk).update(status=Status.RUNNING)
    stop_answer(generation)
    generation.refresh_from_db()
    assert generation.status == Status.RUNNING
    assert generation.stop_requested


def test_where_too_many_wait_another_is_asked_to_come_back(ada, bob, monkeypatch):
    monkeypatch.setattr(admission, "WAITING_AT_MOST", 2)
    conversation = make_conversation(bob, "Hello", "Hi")
    for text in ("One", "Two"):
        start_conversation(ada, text=text, key=uuid4(), model=make_model())

    for attempt in (
        lambda: start_conversation(bob, text="Three", key=uuid4(), model=make_model()),
        lambda: ask(conversation, text="Three", key=uuid4()),
        lambda: regenerate(conversation.leaf),
    ):
        with pytest.raises(Unavailable) as refusal:
            attempt()
        assert (refusal.value.status, refusal.value.retry_after_s) == (503, 60)
    assert not Message.objects.filter(text="Three").exists()


def test_a_clock_that_is_set_back_does_not_make_all_of_today_recent(ada):
    for _ in range(MESSAGES_PER_MINUTE):
        settle(start_conversation(ada, text="Again", key=uuid4(), model=make_model()).question.conversation)

    with time_machine.travel(timezone.now() - timedelta(days=1)):
        assert start_conversation(ada, text="Yesterday?", key=uuid4(), model=make_model())


def test_too_many_messages_in_a_minute_are_refused(ada):
    for _ in range(MESSAGES_PER_MINUTE):
        settle(start_conversation(ada, text="Again", key=uuid4(), model=make_model()).question.conversation)

    with pytest.raises(TooMany) as refusal:
        start_conversation(ada, text="And again", key=uuid4(), model=make_model())
    assert refusal.value.status == 429
    assert refusal.value.retry_after_s == 60


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\0", "\ud800"])
def test_nothing_is_not_a_message(text):
    with pytest.raises(Refusal):
        clean_text(text)


def test_a_message_is_kept_as_typed_but_for_what_no_database_keeps():
    assert clean_text("  a\r\nb\rc\0\ud800 ") == "  a\nb\nc "


def test_a_message_has_a_limit_that_is_told():
    assert len(clean_text("x" * 32_000)) == 32_000
    with pytest.raises(Refusal, match="32,001"):
        clean_text("x" * 32_001)
