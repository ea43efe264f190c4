"""Files: picked, pasted, dropped; seen in the message, by the model, and on the page of one's own."""

import base64

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.conversations.management.processes import wait_for
from tests.files import pdf, picture

from .chat import answers, box, expect_status, hold, let_go, own, send

NOTES = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"Otters eat fish.")
OTTER = FilePayload(name="otter.png", mimeType="image/png", buffer=picture(size=(300, 200)))
REPORT = FilePayload(name="report.pdf", mimeType="application/pdf", buffer=pdf("Fish."))
# A transfer that a browser would make of a file that is pasted or dragged.
TRANSFER = """([name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
  const transfer = new DataTransfer()
  transfer.items.add(new File([bytes], name, { type }))
  return transfer
}"""


def chips(page: Page) -> Locator:
    return page.locator("[data-composer] [data-chip]")


def arrived(page: Page) -> Locator:
    return chips(page).filter(has=page.locator("[name=file]"))


def pick(page: Page, *files: FilePayload) -> None:
    expect(page.locator("[data-composer]")).to_have_attribute("data-started", "")
    page.locator("[data-pick]").set_input_files(list(files))


def transfer(page: Page, file: FilePayload) -> object:
    data = base64.b64encode(file["buffer"]).decode()
    return page.evaluate_handle(TRANSFER, [file["name"], file["mimeType"], data])


def test_files_are_attached_taken_back_sent_and_seen(ada, upstream):
    page = ada.open()
    pick(page, OTTER, REPORT, NOTES)
    expect(arrived(page)).to_have_count(3)
    page.get_by_role("button", name="Remove “notes.txt”").press("Enter")
    expect(chips(page)).to_have_count(2)
    expect(box(page)).to_be_focused()

    send(page, "What do these files show?")
    expect_status(page, "done")

    image = own(page).get_by_alt_text("otter.png")
    expect(image).to_be_visible()
    assert image.evaluate(
        "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
    ) == [
        300,
        200,
    ]
    expect(own(page)).to_contain_text("report.pdf")
    expect(own(page)).not_to_contain_text("notes.txt")
    expect(chips(page)).to_have_count(0)
    content = upstream.bodies[-1]["messages"][0]["content"]
    assert [part["type"] for part in content] == ["image_url", "file", "text"]
    send(page, "And now without")
    expect(answers(page)).to_have_count(2)
    expect_status(page, "done")
    assert upstream.bodies[-1]["messages"][-1]["content"] == "And now without"
    held = hold(page, "**/files/*/")
    page.reload()
    expect(image).to_be_attached()
    before = image.bounding_box()
    let_go(page, held)
    image.evaluate("image => image.decode()")
    assert image.bounding_box() == before
    assert before["width"] == 256


def test_a_file_is_pasted_and_one_dropped_anywhere(ada):
    page = ada.open()
    pick(page, NOTES)
    expect(arrived(page)).to_have_count(1)
    box(page).fill("What is this?")
    page.evaluate(
        "([transfer]) => document.querySelector('#composer-text').dispatchEvent("
        "new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }))",
        [transfer(page, OTTER)],
    )
    expect(arrived(page)).to_have_count(2)
    dragged = transfer(page, REPORT)
    page.locator("h1").first.dispatch_event("dragenter", {"dataTransfer": dragged})
    expect(page.get_by_text("Drop files to attach them")).to_be_visible()
    page.locator("h1").first.dispatch_event("drop", {"dataTransfer": dragged})
    expect(page.get_by_text("Drop files to attach them")).to_have_count(0)

    expect(arrived(page)).to_have_count(3)
    expect(box(page)).to_have_value("What is this?")


def test_a_refused_file_says_why_and_the_words_stay(ada):
    page = ada.open()
    box(page).fill("Look at this")
    pick(page, FilePayload(name="bad.bin", mimeType="image/png", buffer=b"\0\1\2"), NOTES)

    expect(page.locator("[data-refused]")).to_contain_text("“bad.bin” is not an image, a PDF or text")
    expect(arrived(page)).to_have_count(1)
    expect(box(page)).to_have_value("Look at this")
    page.get_by_role("button", name="Remove bad.bin").click()
    expect(chips(page)).to_have_count(1)


def test_a_message_waits_for_its_files(ada, upstream):
    page = ada.open()
    module, held = hold(page, "**/attach*.js"), hold(page, "**/files/")
    pick(page, NOTES)
    send(page, "Wait for it")
    expect(own(page)).to_have_count(0)
    assert wait_for(lambda: page.evaluate("true") and module)
    module.pop().continue_()
    expect(chips(page).locator("progress")).to_have_count(1)
    expect(own(page)).to_have_count(0)
    let_go(page, held)

    expect_status(page, "done")
    expect(own(page)).to_contain_text("notes.txt")
    assert "Otters eat fish." in upstream.bodies[-1]["messages"][-1]["content"]


def test_what_could_not_be_sent_is_sent_again_with_its_files(ada, upstream):
    ada.forgive("htmx:")
    page = ada.open()
    send(page, "First of all")
    expect_status(page, "done")
    pick(page, NOTES)
    expect(arrived(page)).to_have_count(1)
    page.route("**/send/", lambda route: route.abort())
    send(page, "With a file")
    expect(own(page).last.get_by_role("button", name="Retry")).to_be_visible()
    expect(own(page).last).to_contain_text("notes.txt")
    expect(chips(page)).to_have_count(0)
    page.unroute("**/send/")

    own(page).last.get_by_role("button", name="Retry").click()

    expect(answers(page)).to_have_count(2)
    expect_status(page, "done")
    expect(own(page).last).to_contain_text("notes.txt")
    assert "Otters eat fish." in upstream.bodies[-1]["messages"][-1]["content"]


def test_a_file_is_deleted_on_the_page_of_ones_own(ada):
    page = ada.open()
    pick(page, NOTES)
    expect(arrived(page)).to_have_count(1)
    send(page, "Keep it for a while")
    expect_status(page, "done")
    address = page.url
    page.goto("/files/")
    expect(page.locator(".file-row")).to_contain_text("Keep it for a while")
    page.get_by_role("button", name="Delete “notes.txt”").press("Enter")
    expect(page.locator(".file-row")).to_have_count(0)
    expect(page.locator("#file-total")).to_contain_text("0 bytes")
    page.goto(address)
    expect(own(page)).to_contain_text("File deleted")


def test_without_scripts_files_go_with_the_form(visit):
    page = visit(java_script_enabled=False).open()
    page.locator("[data-pick]").set_input_files([NOTES, OTTER])
    box(page).fill("By hand")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/c/**")

    expect(own(page)).to_contain_text("notes.txt")
    expect(own(page).get_by_alt_text("otter.png")).to_be_visible()
