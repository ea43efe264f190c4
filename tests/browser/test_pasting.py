"""Files without words, long pastes that become files, and what is attached but not sent."""

from playwright.sync_api import Page, expect

from .chat import answers, box, expect_status, own, send
from .test_attachments import NOTES, OTTER, arrived, chips, pick

LONG = "\n".join(f"Line {number}" for number in range(1, 102))
PASTE = """([words]) => {
  const clipboardData = new DataTransfer()
  clipboardData.setData("text/plain", words)
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })
  const untaken = document.querySelector("#composer-text").dispatchEvent(event)
  if (untaken) document.execCommand("insertText", false, words)
}"""


def paste(page: Page, words: str) -> None:
    """Paste as a browser does: what no script takes goes into the box."""
    expect(page.locator("[data-composer]")).to_have_attribute("data-started", "")
    box(page).focus()
    page.evaluate(PASTE, [words])


def test_files_alone_are_sent_shown_and_answered_again(ada, upstream):
    page = ada.open()
    pick(page, OTTER)
    expect(arrived(page)).to_have_count(1)
    box(page).press("Enter")
    expect_status(page, "done")
    expect(own(page).get_by_alt_text("otter.png")).to_be_visible()
    expect(own(page).locator("[data-text]")).to_have_count(0)
    assert [part["type"] for part in upstream.bodies[-1]["messages"][0]["content"]] == ["image_url"]

    pick(page, NOTES)
    expect(arrived(page)).to_have_count(1)
    box(page).press("Enter")
    expect(answers(page)).to_have_count(2)
    expect_status(page, "done")
    expect(own(page).last).to_contain_text("notes.txt")
    answers(page).last.get_by_role("button", name="Answer again", exact=True).press("Enter")
    expect(answers(page).last).to_contain_text("2/2")
    page.reload()
    expect(own(page)).to_have_count(2)
    expect(own(page).last).to_contain_text("notes.txt")


def test_a_long_paste_becomes_a_file_and_words_again(ada, upstream):
    page = ada.open()
    box(page).fill("Sum this up: ")
    paste(page, LONG)
    expect(arrived(page)).to_contain_text("Pasted text.txt")
    expect(box(page)).to_have_value("Sum this up: ")

    page.get_by_role("button", name="As text instead").press("Enter")
    expect(chips(page)).to_have_count(0)
    expect(box(page)).to_have_value(f"Sum this up: {LONG}")
    expect(box(page)).to_be_focused()

    box(page).fill("")
    paste(page, LONG)
    expect(arrived(page)).to_have_count(1)
    send(page, "Sum it up")
    expect_status(page, "done")
    assert "File “Pasted text.txt”" in upstream.bodies[-1]["messages"][0]["content"]


def test_a_paste_stays_text_when_it_is_short_or_asked_for_as_it_is(ada):
    page = ada.open()
    paste(page, "Line 1\nLine 2")
    expect(box(page)).to_have_value("Line 1\nLine 2")
    box(page).dispatch_event("keydown", {"key": "V", "ctrlKey": True, "shiftKey": True})
    paste(page, LONG)
    expect(box(page)).to_have_value(f"Line 1\nLine 2{LONG}")
    expect(chips(page)).to_have_count(0)


def test_a_paste_that_cannot_go_up_stands_in_the_box(ada):
    page = ada.open()
    page.route("**/files/", lambda route: route.abort())
    paste(page, LONG)
    expect(box(page)).to_have_value(LONG)
    expect(chips(page)).to_have_count(0)


def test_what_is_attached_survives_a_reload_until_it_is_sent(ada):
    page = ada.open()
    pick(page, NOTES, OTTER)
    expect(arrived(page)).to_have_count(2)
    page.get_by_role("button", name="Remove “notes.txt”").press("Enter")
    expect(chips(page)).to_have_count(1)
    page.reload()
    expect(arrived(page)).to_contain_text("otter.png")
    page.reload()
    expect(arrived(page)).to_have_count(1)

    send(page, "Look")
    expect_status(page, "done")
    expect(own(page).get_by_alt_text("otter.png")).to_be_visible()
    page.goto("/")
    expect(page.locator("[data-composer]")).to_have_attribute("data-empty", "")
    expect(chips(page)).to_have_count(0)
