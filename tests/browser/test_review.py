"""A reviewer's way through the console by the keyboard alone."""

from playwright.sync_api import Page, expect

from .chat import ask


def shown(page: Page, heading: str) -> None:
    """Wait until the page that a key led to is there, with what listens to the next key."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    page.wait_for_load_state()


def test_a_reviewer_finds_reads_and_goes_on_by_keys(visit, upstream):
    ada = visit(staff=True)
    page = ada.open()
    for words in ("Do otters hold hands", "Do crabs hold hands"):
        upstream.says(words, "They do, mostly.")
        page.goto("/")
        ask(page, words)
    page.goto(f"/review/?person={ada.person.name}")
    rows = page.locator("[data-desk-row]")
    expect(rows).to_have_count(2)

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("o")
    shown(page, "crabs")
    page.keyboard.press("j")
    shown(page, "otters")
    record = page.locator(".beside__call summary")
    record.click()
    expect(page.get_by_text("Exactly as it was sent: 1 message")).to_be_visible()
    page.keyboard.press("u")
    shown(page, "Conversations")
    expect(rows).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("crabs")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    page.wait_for_load_state()
    assert "person=" in page.url
    assert "model=" not in page.url
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    assert ada.faults == []
