"""An answer that ends in a hidden tab: a dot on the tab always, a notice only for who asked for it."""

import re

from playwright.sync_api import Page, expect

from .chat import expect_status, send, until, words

# The browser's own notices, as far as a page can tell; `granted` is what a person would press.
STUB = """
window.shown = []
window.asked = 0
window.Notification = class {
  static get permission() { return localStorage.granted ?? "default" }
  static async requestPermission() { window.asked++; return localStorage.granted = "%s" }
  constructor(title) { window.shown.push(title) }
}
"""
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true })
  document.dispatchEvent(new Event("visibilitychange"))
}"""


def end_hidden(page: Page, upstream, question: str) -> None:
    told = upstream.tells(question, "Here ")
    send(page, question)
    expect(words(page)).to_have_text("Here")
    page.evaluate(HIDE, True)
    told.say("it is.").end()
    expect_status(page, "done")
    expect(page).to_have_title(re.compile("^● "))


def test_a_dot_stands_on_the_tab_until_one_looks_and_no_notice_is_shown(ada, upstream):
    ada.context.add_init_script(STUB % "granted")
    page = ada.open()
    end_hidden(page, upstream, "Unwatched")
    icon = page.locator("[data-icon]")
    expect(icon).to_have_attribute("href", re.compile("d9480f"))
    page.evaluate(HIDE, False)
    expect(page).to_have_title(re.compile("^Unwatched"))
    expect(icon).not_to_have_attribute("href", re.compile("d9480f"))
    assert page.evaluate("[window.asked, window.shown]") == [0, []]


def test_a_notice_names_the_conversation_only_for_who_chose_that(ada, upstream):
    ada.context.add_init_script(STUB % "granted")
    page = ada.open("/preferences/")
    assert page.evaluate("window.asked") == 0
    for choice, notice in (("On", "An answer is ready"), ("With the title", "“By title” is ready")):
        page.goto("/preferences/")
        page.get_by_role("button", name=choice, exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=choice, exact=True)).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("[window.asked, window.shown]") == [1, ["Notices look like this"]]
        page.goto("/")
        end_hidden(page, upstream, "By title")
        until(page, "window.shown.length === 1")
        assert page.evaluate("window.shown") == [notice]
    page.goto("/preferences/")
    page.get_by_role("button", name="Off", exact=True).click()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('notices'))") == []


def test_a_browser_that_says_no_is_told_of_in_a_sentence(ada):
    ada.context.add_init_script(STUB % "denied")
    page = ada.open("/preferences/")
    page.get_by_role("button", name="On", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("does not let this site show notices")
    expect(page.get_by_role("button", name="Off", exact=True)).to_have_attribute("aria-pressed", "true")
