"""Versions, deletions and copies: whatever is done, the shown branch is a whole one."""

from contextlib import suppress
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from conversations.models import Conversation, Message, Role, Status
from conversations.services.asking import ask, regenerate, save_edit
from conversations.services.branching import (
    delete_branch,
    delete_message,
    fork_conversation,
    restore_message,
    show_version,
)
from conversations.services.errors import Conflict, Refusal
from conversations.services.history import path_to, spoken
from conversations.services.transcript import build_entries
from tests.factories import add_answer, add_question, make_conversation, make_user


def said(conversation: Conversation) -> list[str]:
    conversation.refresh_from_db()
    return [message.text for message in path_to(conversation.leaf)]


def find(conversation: Conversation, text: str) -> Message:
    return conversation.messages.select_related("conversation", "parent").get(text=text)


def test_a_deleted_message_is_not_sent_and_what_follows_it_stays(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.", "And sea otters?", "Urchins.")

    delete_message(find(conversation, "Fish."))

    conversation.refresh_from_db()
    assert [message.text for message in spoken(path_to(conversation.leaf))] == [
        "What do otters eat?",
        "And sea otters?",
        "Urchins.",
    ]
    restore_message(find(conversation, "Fish."))
    assert len(spoken(path_to(conversation.leaf))) == 4


def test_the_last_message_goes_without_a_trace_and_comes_back(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")

    delete_message(find(conversation, "Fish."))

    assert said(conversation) == ["What do otters eat?"]
    assert build_entries(conversation)[-1].is_unanswered
    restore_message(find(conversation, "Fish."))
    assert said(conversation) == ["What do otters eat?", "Fish."]


def test_with_a_branch_all_that_follows_goes_and_another_version_is_shown(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.", "And sea otters?", "Urchins.")
    first = find(conversation, "What do otters eat?")
    add_answer(conversation, first, "Crabs.")

    delete_branch(find(conversation, "Fish."))

    assert said(conversation) == ["What do otters eat?", "Crabs."]
    assert [entry.count for entry in build_entries(conversation)] == [1, 1]
    assert conversation.messages.filter(deleted_at__isnull=False).count() == 3
    restore_message(find(conversation, "Fish."))
    assert said(conversation) == ["What do otters eat?", "Fish.", "And sea otters?", "Urchins."]
    assert not conversation.messages.filter(deleted_at__isnull=False).exists()


def test_all_may_go_and_the_conversation_can_go_on(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    delete_branch(find(conversation, "What do otters eat?"))

    assert said(conversation) == []
    ask(conversation, text="And seals?", key=uuid4())

    assert said(conversation)[0] == "And seals?"


def test_what_was_deleted_before_its_branch_stays_deleted_when_that_comes_back(ada):
    conversation = make_conversation(ada, "One", "Two", "Three", "Four")
    delete_message(find(conversation, "Two"))
    delete_branch(find(conversation, "One"))

    restore_message(find(conversation, "One"))

    conversation.refresh_from_db()
    assert [message.text for message in spoken(path_to(conversation.leaf))] == ["One", "Three", "Four"]


def test_a_deleted_version_is_not_shown(ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    other = add_answer(conversation, find(conversation, "What do otters eat?"), "Crabs.")
    delete_branch(other)

    with pytest.raises(Conflict, match="deleted"):
        show_version(find(conversation, "Crabs."))


@pytest.mark.parametrize("change", [delete_message, delete_branch, show_version, fork_conversation])
def test_nothing_moves_while_an_answer_is_written(ada, change):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    add_answer(conversation, conversation.leaf, "", status=Status.RUNNING)

    with pytest.raises(Conflict, match="still being written"):
        change(find(conversation, "Fish."))


@pytest.mark.parametrize("change", [delete_message, delete_branch, show_version, regenerate])
def test_a_page_that_fell_behind_changes_nothing_and_is_told(ada, change):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.", "And seals?", "Squid.")
    seen = find(conversation, "Fish.").public_id

    with pytest.raises(Conflict, match="went on elsewhere"):
        change(find(conversation, "Fish."), seen=seen)

    assert len(said(conversation)) == 4


def test_a_copy_holds_the_branch_and_is_independent(ada):
    conversation = make_conversation(ada, "One", "Two", "Three", "Four", system_prompt="Be brief.")
    add_answer(conversation, find(conversation, "One"), "Another two")

    fork = fork_conversation(find(conversation, "Three"))

    assert said(fork) == ["One", "Two", "Three"]
    assert (fork.owner, fork.system_prompt, fork.title) == (ada, "Be brief.", conversation.title)
    assert fork.generations.count() == 0
    delete_branch(find(fork, "One"))
    assert said(conversation) == ["One", "Two", "Three", "Four"]


def test_a_copied_answer_is_shown_with_the_name_of_its_model(ada):
    conversation = make_conversation(ada, "One", "**Two**")
    conversation.generations.update(model_answered="claude-sonnet-4-20250514")

    answer = build_entries(fork_conversation(find(conversation, "**Two**")))[1]

    assert answer.model_name == "Claude Sonnet 4"
    assert "<strong>Two</strong>" in answer.html
    assert answer.shows_model


def test_a_long_branch_is_copied_in_order(ada, django_assert_max_num_queries):
    texts = [f"message {number}" for number in range(700)]
    conversation = make_conversation(ada, texts[0])
    rows = [
        Message(conversation=conversation, role=Role.USER, text=text, position=place)
        for place, text in enumerate(texts[1:], 1)
    ]
    rows = [conversation.leaf, *Message.objects.bulk_create(rows)]
    for before, row in pairwise(rows):
        row.parent = before
    Message.objects.bulk_update(rows[1:], ["parent"], batch_size=300)

    with django_assert_max_num_queries(30):
        fork = fork_conversation(Message.objects.select_related("conversation").get(pk=rows[-1].pk))

    assert said(fork) == texts


def test_new_words_are_kept_without_an_answer_and_one_can_be_asked_for_later(ada):
    conversation = make_conversation(ada, "Helo", "Hi")
    key = uuid4()

    edited = save_edit(find(conversation, "Helo"), text="Hello", key=key)

    assert said(conversation) == ["Hello"]
    assert save_edit(find(conversation, "Helo"), text="Hello", key=key) == edited
    answer = regenerate(find(conversation, "Hello"))
    assert answer.parent == edited
    assert answer.generation.status == Status.QUEUED


def test_an_answer_is_asked_for_below_a_question_alone(ada):
    conversation = make_conversation(ada, "One", "Two")
    orphan = conversation.messages.create(role=Role.ASSISTANT, text="From nowhere", position=1)

    with pytest.raises(Refusal):
        regenerate(orphan)


CHOICES = st.lists(st.tuples(st.sampled_from("qadDr"), st.integers(0, 30)), max_size=14)


class Branches(TestCase):
    @settings(max_examples=30, deadline=None)
    @given(CHOICES)
    def test_whatever_is_deleted_and_restored_what_is_shown_is_there(self, choices):
        conversation = make_conversation(make_user(f"u{uuid4().hex[:12]}"), "One", "Two")
        for what, number in choices:
            rows = list(conversation.messages.select_related("conversation", "parent").order_by("pk"))
            row = rows[number % len(rows)]
            match what:
                case "q":
                    add_question(conversation, row, "More")
                case "a":
                    add_answer(conversation, row, "Other")
                case "d":
                    delete_message(row)
                case "D":
                    delete_branch(row)
                case "r":
                    with suppress(Refusal):  # what stands before it is gone
                        restore_message(row)
            conversation.refresh_from_db()
            shown = path_to(conversation.leaf)
            assert not any(message.cut for message in shown)
            assert bool(shown) == conversation.messages.filter(parent=None, cut=False).exists()
