"""What people do with messages: edit, ask again, look at other versions, copy."""

from playwright.sync_api import Page, expect

from .chat import RICH, answer, answers, ask, box, expect_status, own, rewrite, until, words


def place(page: Page, message: int) -> str:
    return page.locator("[data-message]").nth(message).locator(".versions__place [aria-hidden]").inner_text()


def test_an_edited_message_is_a_second_version_and_both_can_be_read(ada, upstream):
    upstream.says("What do otters eat?", "Fish.")
    upstream.says("And at sea?", "Urchins.")
    upstream.says("What do badgers eat?", "Worms.")
    page = ada.open()
    ask(page, "What do otters eat?")
    ask(page, "And at sea?")

    own(page).first.get_by_role("link", name="Edit this message").click()
    edit = page.locator("[data-message-edit] textarea")
    expect(edit).to_have_value("What do otters eat?")
    rewrite(page, "What do badgers eat?")
    page.locator("[data-message-edit]").get_by_role("button", name="Send").click()

    expect(answers(page)).to_have_count(1)
    expect_status(page, "done")
    expect(words(page)).to_have_text("Worms.")
    assert place(page, 0) == "2/2"
    expect(own(page).first.get_by_text("Version 2 of 2")).to_be_attached()

    for name, question, count, last in [
        ("Previous version", "What do otters eat?", 2, "Urchins."),
        ("Next version", "What do badgers eat?", 1, "Worms."),
        ("Previous version", "What do otters eat?", 2, "Urchins."),
    ]:
        own(page).first.get_by_role("button", name=name).click()
        expect(own(page).first.locator("[data-text]")).to_have_text(question)
        expect(answers(page)).to_have_count(count)
        expect(words(page)).to_have_text(last)
    page.reload()
    expect(words(page)).to_have_text("Urchins.")
    ask(page, "So the old branch goes on?")
    expect(own(page)).to_have_count(3)


def test_an_edit_that_is_cancelled_leaves_the_message_as_it_was(ada):
    page = ada.open()
    ask(page, "Leave me")
    for leave in ("Escape", "Cancel"):
        own(page).last.get_by_role("link", name="Edit this message").click()
        rewrite(page, "Something else")
        if leave == "Escape":
            page.keyboard.press("Escape")
        else:
            page.get_by_role("link", name="Cancel").click()
        expect(own(page)).to_have_count(1)
        expect(own(page).locator("[data-text]")).to_have_text("Leave me")
    expect(answers(page)).to_have_count(1)


def test_asking_again_gives_a_sibling_answer_and_arrows_between_them(ada, upstream):
    upstream.says("Heads or tails?", "Heads.")
    upstream.says("Heads or tails?", "Tails.")
    page = ada.open()
    ask(page, "Heads or tails?")

    answer(page).get_by_role("button", name="Answer again").click()

    expect(words(page)).to_have_text("Tails.")
    expect_status(page, "done")
    assert place(page, 1) == "2/2"
    expect(answers(page)).to_have_count(1)
    expect(box(page)).to_be_focused()
    answer(page).get_by_role("button", name="Previous version").click()
    expect(words(page)).to_have_text("Heads.")
    assert place(page, 1) == "1/2"
    expect(answer(page).get_by_role("button", name="Previous version")).to_be_disabled()
    expect(answer(page).get_by_role("button", name="Next version")).to_be_focused()
    answer(page).get_by_role("button", name="Next version").click()
    expect(words(page)).to_have_text("Tails.")
    ask(page, "Once more?")
    expect(own(page)).to_have_count(2)


def test_a_message_and_a_block_of_code_are_copied_as_they_were_written(visit, site, upstream):
    ada = visit(permissions=["clipboard-read", "clipboard-write"])
    upstream.says("Show me", RICH)
    page = ada.open()
    ask(page, "Show me")

    def copied() -> str:
        return str(page.evaluate("navigator.clipboard.readText()"))

    copy = answer(page).get_by_role("link", name="Copy this message")
    copy.click()
    expect(copy).to_have_attribute("data-done", "")
    assert copied() == RICH
    copy_code = answer(page).get_by_role("button", name="Copy this code")
    copy_code.click()
    expect(copy_code).to_have_attribute("data-done", "")
    assert copied() == "def scattered(nm: float) -> float:\n    return (700 / nm) ** 4\n"
    own(page).get_by_role("link", name="Copy this message").click()
    until(page, "navigator.clipboard.readText().then((text) => text === 'Show me')")


def test_tokens_and_times_are_told_on_demand(ada):
    page = ada.open()
    ask(page, "What did that cost?")
    answer(page).get_by_role("button", name="Details of this answer").click()
    expect(answer(page).locator(".facts__list")).to_contain_text("fake/model")
    expect(answer(page).locator(".facts__list")).to_contain_text("Tokens written")
    page.keyboard.press("Escape")
    expect(answer(page).locator(".facts__list")).to_be_hidden()


def test_arrow_up_in_an_empty_box_edits_ones_last_message(ada):
    page = ada.open()
    ask(page, "First")
    ask(page, "Second")
    box(page).press("ArrowUp")
    expect(page.locator("[data-message-edit] textarea")).to_have_value("Second")
    page.keyboard.press("Escape")
    expect(own(page)).to_have_count(2)
    ask(page, "Third")
    expect(own(page)).to_have_count(3)
