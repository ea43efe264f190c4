"""A link is made, copied, opened by others, and ended: with the keyboard, with and without scripts."""

import re

from playwright.sync_api import Locator, Page, expect

from .chat import RICH, ask, until


def panel(page: Page) -> Locator:
    return page.locator("#share-panel")


def made_link(page: Page) -> str:
    return panel(page).locator(".share-link__address").first.input_value()


def test_a_link_is_made_by_keys_and_opened_by_a_colleague(visit, bob, upstream):
    ada = visit(permissions=["clipboard-read", "clipboard-write"])
    page = ada.open()
    upstream.says("Why is the sky blue?", RICH)
    ask(page, "Why is the sky blue?")
    page.get_by_role("button", name="Share this conversation").focus()
    page.keyboard.press("Enter")
    expect(panel(page)).to_be_visible()
    panel(page).get_by_role("radio", name="7 days").focus()
    page.keyboard.press("Space")
    panel(page).get_by_role("button", name="Make a link").focus()
    page.keyboard.press("Enter")
    expect(panel(page).get_by_role("status")).to_have_text("The link is ready.")
    copy = panel(page).get_by_role("button", name="Copy the link").first
    expect(copy).to_be_focused()
    page.keyboard.press("Enter")
    expect(copy).to_have_attribute("data-done", "")
    link = made_link(page)
    until(page, f"navigator.clipboard.readText().then((text) => text === {link!r})")
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    ask(page, "And my address?")

    shared = bob.open(link.removeprefix(bob.url))

    expect(shared.locator("[data-message]")).to_have_count(2)
    expect(shared.get_by_role("heading", level=1)).to_have_text("Why is the sky blue?")
    expect(shared.locator("math")).to_be_visible()
    expect(shared.get_by_role("button", name="Copy this code")).to_be_attached()
    expect(shared.locator("nav, form, [data-composer]")).to_have_count(0)
    shared.set_viewport_size({"width": 320, "height": 640})
    assert shared.evaluate("document.documentElement.scrollWidth") <= 320
    shared.emulate_media(media="print", color_scheme="dark")
    expect(shared.locator(".code__button").first).to_be_hidden()
    assert shared.evaluate("getComputedStyle(document.querySelector('[data-text]')).color") == "rgb(0, 0, 0)"

    page.goto("/shares/")
    page.get_by_role("button", name="End the link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]")).to_contain_text("does not open any more")
    expect(page.locator(".share")).to_have_count(0)
    shared.reload()
    expect(shared.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_the_panel_of_a_page_that_went_on_shares_what_is_seen_now(ada):
    page = ada.open()
    ask(page, "One")
    share = page.get_by_role("button", name="Share this conversation")
    share.click()
    expect(panel(page)).to_be_visible()
    page.keyboard.press("Escape")
    ask(page, "Two")
    with page.expect_response("**/share/"):
        share.click()
    panel(page).get_by_role("button", name="Make a link").click()
    expect(panel(page).get_by_role("status")).to_have_text("The link is ready.")


def test_a_link_is_made_and_ended_without_scripts(visit, bob):
    page = visit(java_script_enabled=False).open()
    page.locator("#composer-text").fill("Plain")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator('[data-role="assistant"]')).to_have_attribute("data-status", "done")
    page.get_by_role("button", name="Share this conversation").click()
    page.get_by_role("link", name="Share this conversation").click()
    page.get_by_role("button", name="Make a link").click()
    expect(page).to_have_url(re.compile(r"/share/#share-"))
    link = made_link(page)
    shared = bob.open(link.removeprefix(bob.url))
    expect(shared.locator("[data-message]")).to_have_count(2)
    page.get_by_role("button", name="End the link").click()
    expect(page.get_by_text("does not open any more")).to_be_visible()
    assert shared.reload().status == 404
