"""Preferences by keyboard, leaving and coming back, and an administrator who closes an account."""

import re

from playwright.sync_api import Page, expect

from tests.served.people import PASSWORD

from .chat import box, expect_status, send, until, words
from .upstream import Telling
from .visitor import Visitor


def begin(page: Page, upstream, question: str) -> Telling:
    told = upstream.tells(question, "First. ")
    send(page, question)
    expect(words(page)).to_have_text("First.")
    return told


def test_preferences_are_set_by_keyboard_alone(visit):
    ada = visit(timezone_id="Asia/Tokyo", color_scheme="light")
    page = ada.open()
    until(page, "document.cookie.includes('zone=')")  # told when the page has nothing else to do
    page.goto("/preferences/")
    expect(page.get_by_text("in Asia/Tokyo")).to_be_visible()
    page.get_by_label("As the system").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Dark")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Time zone")).to_be_focused()
    page.get_by_label("Time zone").select_option(label="Berlin")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Ctrl+Enter or ⌘+Enter sends")).to_be_checked()
    page.get_by_label("Only that it is ready").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Your preferences are kept.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_text("in Europe/Berlin")).to_be_visible()
    page.goto("/")
    expect(page.locator("[data-composer]")).to_have_attribute("data-send-key", "ctrl-enter")
    box(page).fill("Hello")
    page.locator("[data-send]").click()
    expect(page.locator("[data-announce]")).to_have_text(re.compile(r"^Answer ready, \d+ words\.$"))


def sign_in(page: Page, ada: Visitor) -> None:
    assert ada.person is not None
    page.goto("/accounts/login/")
    page.get_by_label("Username or e-mail").fill(ada.person.name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")


def test_who_deletes_the_account_is_out_everywhere_and_takes_it_back(ada, upstream):
    page = ada.open()
    told = begin(page, upstream, "Shall I go?")
    address = page.url
    other = ada.context.new_page()
    other.goto("/leaving/")
    expect(other.get_by_text("1 conversation, with all that was said in it")).to_be_visible()
    other.get_by_role("button", name="Delete my account").focus()
    other.keyboard.press("Enter")
    other.get_by_label("Password", exact=True).fill(PASSWORD)
    other.keyboard.press("Enter")
    expect(other.get_by_text("Your account will be deleted on")).to_be_visible()
    told.wait_until_left(5)
    page.wait_for_url("**/accounts/login/**", timeout=5000)

    sign_in(other, ada)
    expect(other.get_by_role("heading", name="This account is about to be deleted")).to_be_visible()
    other.goto(address)
    expect(other).to_have_url(re.compile("/leaving/$"))
    other.get_by_role("button", name="Keep my account").focus()
    other.keyboard.press("Enter")
    expect(other.get_by_text("Welcome back.")).to_be_visible()
    other.goto(address)
    expect_status(other, "stopped")
    expect(words(other)).to_have_text("First.")


def test_an_administrator_finds_somebody_and_closes_their_account_while_an_answer_runs(visit, upstream):
    ada = visit()
    page = ada.open()
    told = begin(page, upstream, "Am I still here?")
    assert ada.person is not None
    office = visit(staff=True).open("/people/")
    office.get_by_label("Name or address").focus()
    office.keyboard.type(ada.person.name)
    office.keyboard.press("Enter")
    office.get_by_role("link", name=ada.person.name, exact=True).focus()
    office.keyboard.press("Enter")
    expect(office.get_by_text("1 conversation, with all that was said in it")).to_be_visible()
    office.get_by_role("button", name="Close", exact=True).focus()
    office.keyboard.press("Enter")
    expect(office.get_by_text(f"The account of {ada.person.name} is closed.")).to_be_visible()
    told.wait_until_left(5)
    page.wait_for_url("**/accounts/login/**", timeout=5000)

    office.get_by_text("Delete…").click()
    office.get_by_role("button", name=f"Delete {ada.person.name}").click()
    expect(office.get_by_text("is closed and will be deleted on").first).to_be_visible()
    office.get_by_role("button", name="Open", exact=True).click()
    expect(office.get_by_text(f"The account of {ada.person.name} is open.")).to_be_visible()
    expect(office.get_by_text("Account opened")).to_be_visible()
