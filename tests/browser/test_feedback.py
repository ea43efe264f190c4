"""Thumbs under an answer: pressed by keys, explained, changed, taken back, and there again after a reload."""

from playwright.sync_api import Locator, Page, expect

from .chat import answer, ask


def thumb(page: Page, name: str) -> Locator:
    return answer(page).get_by_role("button", name=f"{name} answer", exact=True)


def expect_pressed(page: Page, *, good: bool, bad: bool) -> None:
    for name, pressed in (("Good", good), ("Bad", bad)):
        expect(thumb(page, name)).to_have_attribute("aria-pressed", str(pressed).lower())


def test_a_thumb_is_given_explained_changed_and_taken_back_by_keys(ada):
    page = ada.open()
    ask(page, "Rate me")
    thumb(page, "Bad").focus()
    page.keyboard.press("Space")
    expect_pressed(page, good=False, bad=True)
    reason = answer(page).get_by_role("checkbox", name="Not correct")
    expect(reason).to_be_focused()
    page.keyboard.press("Space")
    answer(page).get_by_role("textbox", name="In your words").focus()
    page.keyboard.type("It forgot the crabs.")
    answer(page).get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]")).to_contain_text("Thank you")
    expect(thumb(page, "Bad")).to_be_focused()
    page.reload()
    expect_pressed(page, good=False, bad=True)
    answer(page).get_by_role("link", name="Your reasons").click()
    expect(reason).to_be_checked()
    expect(answer(page).get_by_role("textbox", name="In your words")).to_have_value("It forgot the crabs.")
    page.keyboard.press("Escape")
    expect(answer(page).locator(".feedback__form")).to_have_count(0)
    expect(thumb(page, "Bad")).to_be_focused()

    thumb(page, "Good").focus()
    page.keyboard.press("Enter")
    expect_pressed(page, good=True, bad=False)
    expect(thumb(page, "Good")).to_be_focused()
    page.keyboard.press("Enter")
    expect_pressed(page, good=False, bad=False)
    page.reload()
    expect_pressed(page, good=False, bad=False)


def test_without_scripts_a_page_asks_why(visit):
    page = visit(java_script_enabled=False).open()
    page.locator("#composer-text").fill("Rate me plainly")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(answer(page)).to_have_attribute("data-status", "done")
    thumb(page, "Bad").click()
    page.get_by_role("checkbox", name="Tone or length").check()
    page.get_by_role("button", name="Save").click()
    expect_pressed(page, good=False, bad=True)
    expect(answer(page).get_by_role("link", name="Your reasons")).to_be_attached()
