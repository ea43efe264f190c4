"""Branches and long conversations: continue an answer, delete, take back, copy, read upwards from the end."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from conversations.management.local_model import ROOT
from conversations.services.sending import GO_ON

from .chat import answer, answers, ask, expect_status, own, until, words


@pytest.fixture
def long(ada):
    """The address of a conversation of a hundred messages."""
    command = [sys.executable, "-m", "tests.served.talk", ada.person.name, "100"]
    made = subprocess.run(command, cwd=ROOT, env=ada.site.environment, check=True, stdout=subprocess.PIPE)
    return f"/c/{made.stdout.decode().split()[-1]}/"


def test_an_answer_that_was_cut_is_continued_by_the_keyboard(ada, upstream):
    upstream.tells("Count to six.", "One, two, three,").end("length")
    upstream.tells(GO_ON, " four, five, six.").end()
    page = ada.open()
    ask(page, "Count to six.")
    button = answer(page).get_by_role("button", name="Continue")
    button.focus()
    page.keyboard.press("Enter")

    expect(words(page)).to_have_text("One, two, three, four, five, six.")
    expect_status(page, "done")
    expect(answer(page).get_by_text("Version 2 of 2")).to_be_attached()
    page.reload()
    expect(words(page)).to_have_text("One, two, three, four, five, six.")


def test_a_message_is_deleted_and_taken_back_and_its_place_is_kept(ada, upstream):
    upstream.says("What do otters eat?", "Fish.")
    upstream.says("And at sea?", "Urchins.")
    page = ada.open()
    ask(page, "What do otters eat?")
    ask(page, "And at sea?")

    answers(page).first.get_by_role("button", name="More about this message").click()
    answers(page).first.get_by_role("button", name="Delete this message").click()
    expect(answers(page).first).to_contain_text("You deleted this answer.")
    expect(words(page)).to_have_text("Urchins.")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(answers(page).first.locator("[data-text]")).to_have_text("Fish.")

    own(page).last.get_by_role("button", name="More about this message").click()
    own(page).last.get_by_role("button", name="Delete it and all that follows").click()
    expect(answers(page)).to_have_count(1)
    page.locator("#toasts").get_by_role("button", name="Undo").last.click()
    expect(words(page)).to_have_text("Urchins.")


def test_a_copy_of_a_branch_is_a_conversation_of_its_own(ada, upstream):
    upstream.says("What do otters eat?", "Fish.")
    upstream.says("And at sea?", "Urchins.")
    page = ada.open()
    ask(page, "What do otters eat?")
    address = page.url
    answer(page).get_by_role("button", name="More about this message").click()
    answer(page).get_by_role("button", name="Copy up to here").click()
    expect(page.locator("#toasts")).to_contain_text("This is a copy.")

    ask(page, "And at sea?")
    expect(answers(page)).to_have_count(2)
    assert page.url != address
    page.goto(address)
    expect(answers(page)).to_have_count(1)


def test_a_long_conversation_opens_at_its_end_and_loads_up_without_moving_what_is_read(ada, long):
    page = ada.open(long)
    expect(page.locator("[data-message]")).to_have_count(40)
    expect(page.get_by_text("Turn 99.")).to_be_in_viewport()

    read = "[...document.querySelectorAll('[data-message]')].at(-38)"
    place = f"{read}.getBoundingClientRect().top"
    page.evaluate("scrollTo(0, 200)")
    before = page.evaluate(place)
    page.evaluate("scrollTo(0, 10)")
    expect(page.locator("[data-message]")).to_have_count(80)
    until(page, f"Math.abs({place} - {before} - 190) < 3")

    page.evaluate("scrollTo(0, 0)")
    expect(page.locator("[data-message]")).to_have_count(100)
    expect(page.locator(".transcript__more")).to_have_count(0)


def test_without_scripts_a_long_conversation_is_read_page_by_page(visit, long, ada):
    page = visit(person=ada.person, java_script_enabled=False).open(long)
    expect(page.locator("[data-message]")).to_have_count(40)
    page.get_by_role("link", name="Earlier messages").click()
    expect(page.get_by_text("Turn 20.")).to_be_attached()
    page.get_by_role("link", name="Later messages").click()
    expect(page.get_by_text("Turn 99.")).to_be_attached()
