"""Conversations come in from elsewhere and leave as files."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.conversations.services.transfer.files import DATA, house

from .chat import answers, ask, own, rows
from .test_axe import violations


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Go to a link or button with Tab, as far as it takes, and press it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => document.activeElement.innerText || document.activeElement.ariaLabel || ''"
        )
        if focused.strip().startswith(name):
            page.keyboard.press(key)
            return
    raise AssertionError(f"{name} cannot be reached with Tab")


def write(directory: Path, conversations: int, words: int = 10) -> Path:
    path = directory / "many.json"
    path.write_text(
        json.dumps(
            [
                house(
                    {"id": "q", "parent": None, "role": "user", "text": f"Question {number}"},
                    {"id": "a", "parent": "q", "role": "assistant", "text": "word " * words},
                    id=str(number),
                    title=f"Conversation {number}",
                )
                for number in range(conversations)
            ]
        )
    )
    return path


def test_an_export_of_another_service_is_taken_in_with_the_keyboard(ada):
    page = ada.open()
    page.get_by_role("button", name="appearance, keys, account").click()
    press(page, "Import and export")
    page.wait_for_url("**/transfer/")
    page.get_by_label("File to import").set_input_files(DATA / "chatgpt.json")
    press(page, "Upload and look")
    page.wait_for_url("**/imports/**")
    expect(page.get_by_role("button", name="Add 2 conversations")).to_be_visible()
    expect(page.locator(".import__facts")).to_contain_text("Cannot be read, skipped")

    press(page, "Add 2 conversations")
    expect(
        page.get_by_role("status").filter(has_text="2 conversations with 7 messages added.")
    ).to_be_visible()
    page.goto("/search/?q=otters+is:archived")  # where it came from it was in the archive
    page.get_by_role("link", name="What otters eat").first.click()
    expect(answers(page).first.locator("[data-text]")).to_contain_text("Fish, mostly.")
    answers(page).first.get_by_role("button", name="Next version").click()
    expect(answers(page).first.locator("[data-text]")).to_have_text("Crabs, too.")


def test_a_conversation_leaves_as_a_file_that_runs_nothing(ada, upstream, browser, tmp_path):
    page = ada.open()
    upstream.says("Hostile", "<script>document.title = 'mine'</script> and **bold**")
    ask(page, "Hostile")
    page.get_by_role("button", name="More about this conversation").click()
    with page.expect_download() as started:
        press(page, "Export as a page to print")
    kept = tmp_path / "kept.html"
    started.value.save_as(kept)

    assert started.value.suggested_filename.endswith(".html")
    page = browser.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("request", lambda request: heard.append(request.url))
    page.goto(kept.as_uri())
    expect(page.locator(".answer strong")).to_have_text("bold")
    expect(page).to_have_title("Hostile")
    assert page.evaluate("() => document.scripts.length") == 0
    assert heard == [kept.as_uri()]
    page.close()


def test_everything_leaves_and_comes_back_to_another_person(ada, bob, upstream, tmp_path):
    page = ada.open()
    upstream.says("Otters?", "Fish.")
    ask(page, "Otters?")
    page.goto("/transfer/")
    with page.expect_download() as started:
        page.get_by_role("link", name="Export everything").click()
    started.value.save_as(tmp_path / "all.zip")

    page = bob.open("/transfer/")
    page.get_by_label("File to import").set_input_files(tmp_path / "all.zip")
    page.get_by_role("button", name="Upload and look").click()
    page.get_by_role("button", name="Add 1 conversation").click()
    expect(page.get_by_text("1 conversation with 2 messages added.")).to_be_visible()
    page.goto("/")
    rows(page).get_by_role("link", name="Otters?").click()
    expect(own(page).locator("[data-text]")).to_have_text("Otters?")


def test_an_import_goes_on_by_itself_after_the_server_was_killed(visit, own_site, tmp_path):
    ada = visit(at=own_site)
    page = ada.open("/transfer/")
    page.get_by_label("File to import").set_input_files(write(tmp_path, conversations=1_200, words=400))
    page.get_by_role("button", name="Upload and look").click()
    page.get_by_role("button", name="Add 1,200 conversations").click()
    expect(page.locator(".import__count")).to_contain_text("0 added")  # of some round number
    own_site.kill()
    ada.forgive("Failed to load", "htmx:sendError", "htmx:afterRequest")
    own_site.start()

    expect(page.get_by_text("1,200 conversations with 2,400 messages added.")).to_be_visible(timeout=60_000)
    assert own_site.query("SELECT COUNT(*) FROM conversations_origin") == [(1_200,)]
    assert own_site.query("SELECT COUNT(*) FROM conversations_message") == [(2_400,)]


def test_a_file_larger_than_the_site_takes_is_told(visit, own_site, tmp_path):
    ada = visit(at=own_site)
    ada.forgive("Failed to load")
    page = ada.open("/transfer/")
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(600_000_000)
    page.get_by_label("File to import").set_input_files(large)
    page.get_by_role("button", name="Upload and look").click()

    expect(page.get_by_role("heading", name="Too large")).to_be_visible()


def test_the_pages_have_no_violation(visit):
    for options in (
        {"color_scheme": "light"},
        {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
    ):
        page = visit(bypass_csp=True, reduced_motion="reduce", **options).open("/transfer/")
        found = violations(page)
        page.get_by_label("File to import").set_input_files(DATA / "README.md")
        page.get_by_role("button", name="Upload and look").click()
        expect(page.get_by_role("alert")).to_contain_text("This is not a file that can be read here.")
        found += violations(page)
        page.get_by_label("File to import").set_input_files(DATA / "chatgpt.json")
        page.get_by_role("button", name="Upload and look").click()
        expect(page.get_by_role("button", name="Add 2 conversations")).to_be_visible()
        page.get_by_text("What is skipped").click()
        found += violations(page)
        assert not found, "\n".join(found)
