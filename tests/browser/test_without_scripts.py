"""Without JavaScript everything but the live words works, by plain forms and pages."""

import pytest
from playwright.sync_api import Page, expect

from tests.served.people import PASSWORD

from .chat import answer, answers, box, own, rows, words


@pytest.fixture
def page(visit) -> Page:
    return visit(java_script_enabled=False).open()


def send(page: Page, text: str) -> None:
    box(page).fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def test_one_signs_in_asks_and_reads_the_answer_as_it_grows(visit, upstream, site):
    ada = visit()
    ada.context.close()
    page = visit(signed_in=False, java_script_enabled=False).open("/")
    page.locator("[name=login]").fill(ada.person.name)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    told = upstream.tells("Slowly, please", "Half ")

    send(page, "Slowly, please")

    page.wait_for_url("**/c/**")
    expect(own(page).locator("[data-text]")).to_have_text("Slowly, please")
    expect(words(page)).to_have_text("Half")
    told.say("and half.").end()
    # The page refreshes itself while the answer comes, and no longer.
    expect(words(page)).to_have_text("Half and half.")
    expect(answer(page)).to_have_attribute("data-status", "done")
    expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)
    send(page, "And again")
    expect(answers(page)).to_have_count(2)
    expect(words(page)).to_have_text("You asked: And again")


def test_an_answer_is_stopped(page, upstream):
    told = upstream.tells("For ever", "On and ")
    send(page, "For ever")
    expect(words(page)).to_have_text("On and")
    page.get_by_role("button", name="Stop the answer").click()
    told.wait_until_left()
    expect(answer(page)).to_contain_text("Stopped.")
    expect(words(page)).to_have_text("On and")


def test_messages_are_edited_asked_again_and_switched(page, upstream):
    upstream.says("Otters?", "First.")
    upstream.says("Otters?", "Second.")
    upstream.says("Badgers?", "Third.")
    send(page, "Otters?")
    expect(words(page)).to_have_text("First.")
    answer(page).get_by_role("button", name="Answer again").click()
    expect(words(page)).to_have_text("Second.")
    answer(page).get_by_role("button", name="Previous version").click()
    expect(words(page)).to_have_text("First.")
    own(page).get_by_role("link", name="Edit this message").click()
    page.get_by_label("Your message").fill("Badgers?")
    page.get_by_role("button", name="Send").click()
    expect(words(page)).to_have_text("Third.")
    expect(own(page).get_by_text("Version 2 of 2")).to_be_attached()
    own(page).get_by_role("button", name="Previous version").click()
    expect(own(page).locator("[data-text]")).to_have_text("Otters?")


def test_a_failed_answer_is_retried(page, upstream):
    upstream.tells("Fails?").fail(401)
    send(page, "Fails?")
    expect(answer(page).locator(".problem")).to_be_visible()
    answer(page).get_by_role("button", name="Retry").click()
    expect(words(page)).to_have_text("You asked: Fails?")


def test_a_conversation_is_renamed_deleted_and_brought_back(page):
    send(page, "Otters")
    expect(words(page)).to_have_text("You asked: Otters")
    title = page.get_by_role("textbox", name="Title of the conversation")
    title.fill("River otters")
    title.press("Enter")
    expect(rows(page)).to_contain_text(["River otters"])
    row = rows(page).first
    row.hover()
    row.get_by_role("button", name="Rename or delete").click()
    row.get_by_role("link", name="Rename, pin, move, delete").click()
    page.locator("main").get_by_role("textbox", name="Title").fill("Sea otters")
    page.locator("main").get_by_role("button", name="Save the title").click()
    expect(rows(page)).to_contain_text(["Sea otters"])
    page.get_by_role("button", name="More about this conversation").click()
    page.get_by_role("button", name="Delete this conversation").click()
    expect(rows(page)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_contain_text(["Sea otters"])
    expect(own(page)).to_have_count(1)


def test_the_theme_is_chosen(page):
    page.get_by_role("button", name="sign out").first.click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_text_that_is_too_long_comes_back_with_a_sentence(page):
    send(page, "Hello")
    expect(answer(page)).to_have_attribute("data-status", "done")
    send(page, "x" * 32_001)
    expect(page.get_by_role("alert")).to_contain_text("32,001 characters")
    expect(box(page)).to_have_value("x" * 32_001)


def test_a_form_that_is_sent_again_by_a_reload_is_one_message(page):
    box(page).fill("Only once")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(words(page)).to_have_text("You asked: Only once")
    page.reload()
    expect(own(page)).to_have_count(1)
    expect(rows(page)).to_have_count(1)
