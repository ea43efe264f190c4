"""What changes the branch that is shown: a page for its owner, its part for htmx, nothing for strangers."""

from uuid import uuid4

import pytest
from django.urls import reverse

from conversations.models import Conversation, Generation, Problem, Status
from tests.factories import add_answer, make_conversation

from .test_conversation import HTMX, address

CHANGES = [
    *("regenerate_message", "continue_message", "switch_version", "fork_conversation"),
    *("delete_message", "delete_branch", "restore_message"),
]


@pytest.fixture
def conversation(ada):
    return make_conversation(ada, "What do otters eat?", "Fish.", "And seals?", "Squid.")


def find(conversation, text):
    return conversation.messages.get(text=text)


@pytest.mark.parametrize("name", CHANGES)
def test_a_stranger_changes_nothing(browser, bob, name):
    foreign = make_conversation(bob, "Hello", "Hi")

    for message in foreign.messages.all():
        assert browser.post(address(name, message)).status_code == 404
    assert foreign.messages.filter(deleted_at=None).count() == 2
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize("name", CHANGES)
def test_a_link_alone_changes_nothing(browser, conversation, name):
    assert browser.get(address(name, find(conversation, "Fish."))).status_code == 405


def test_the_menu_of_a_message_is_a_page_and_a_part_and_a_strangers_is_not_found(browser, conversation, bob):
    url = address("message_menu", find(conversation, "Fish."))

    assert "<html" in browser.get(url).content.decode()
    part = browser.get(url, headers=HTMX).content.decode()
    assert "<html" not in part
    assert "Delete it and all that follows" in part
    foreign = make_conversation(bob, "Hello")
    assert browser.get(address("message_menu", foreign.leaf)).status_code == 404


def test_a_deleted_message_leaves_a_line_that_brings_it_back(browser, conversation):
    fish = find(conversation, "Fish.")

    part = browser.post(address("delete_message", fish), headers=HTMX).content.decode()

    assert "Fish." not in part
    assert "You deleted this answer." in part
    assert address("restore_message", fish) in part
    assert "The message was deleted." in part
    assert "Fish." in browser.post(address("restore_message", fish), headers=HTMX).content.decode()


def test_without_scripts_a_deleted_branch_can_be_taken_back_from_the_page(browser, conversation):
    seals = find(conversation, "And seals?")

    page = browser.post(address("delete_branch", seals), follow=True).content.decode()

    assert "Squid." not in page
    assert "all that followed it were deleted" in page
    assert address("restore_message", seals) in page
    assert "Squid." in browser.post(address("restore_message", seals), follow=True).content.decode()


def test_a_page_that_fell_behind_is_told_and_shown_the_newest(browser, conversation):
    fish = find(conversation, "Fish.")
    behind = {"leaf": fish.public_id}

    part = browser.post(address("delete_branch", fish), behind, headers=HTMX)

    assert part.status_code == 200
    assert "went on elsewhere" in part.content.decode()
    assert "Squid." in part.content.decode()
    assert browser.post(address("delete_branch", fish), behind).status_code == 409
    assert conversation.messages.filter(deleted_at=None).count() == 4


def test_a_copy_opens_and_says_that_it_is_one(browser, conversation):
    url = address("fork_conversation", find(conversation, "Fish."))

    page = browser.post(url, follow=True).content.decode()
    answer = browser.post(url, headers=HTMX)

    assert "This is a copy." in page
    assert "Fish." in page
    assert "Squid." not in page
    newest = Conversation.objects.latest("pk")
    assert answer["HX-Redirect"] == reverse("conversations:show_conversation", args=[newest.public_id])


def test_an_answer_that_was_cut_can_be_continued(browser, ada):
    conversation = make_conversation(ada, "Count.")
    add_answer(conversation, conversation.leaf, "One, two", problem=Problem.CUT_SHORT)
    cut = find(conversation, "One, two")
    conversation.move_to(cut)
    page = browser.get(address("show_conversation", conversation)).content.decode()
    assert address("continue_message", cut) in page

    part = browser.post(address("continue_message", cut), headers=HTMX).content.decode()

    generation = Generation.objects.get(continues=cut)
    assert generation.status == Status.QUEUED
    assert f"m-{generation.message.public_id}" in part


def test_a_whole_answer_offers_no_continuation(browser, conversation):
    page = browser.get(address("show_conversation", conversation)).content.decode()

    assert "/continue/" not in page


def test_an_edit_can_be_kept_without_asking_and_asked_for_later(browser, conversation):
    question = find(conversation, "And seals?")
    fields = {"text": "And sea lions?", "key": uuid4(), "save": "1"}

    part = browser.post(address("edit_message", question), fields, headers=HTMX).content.decode()

    assert "And sea lions?" in part
    assert "Get an answer" in part
    assert not Generation.objects.filter(status=Status.QUEUED).exists()
    asked = find(conversation, "And sea lions?")
    assert "data-stream" in browser.post(address("regenerate_message", asked), headers=HTMX).content.decode()
