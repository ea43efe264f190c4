"""axe-core finds nothing wrong with any page, in both themes, on a wide and on a narrow screen."""

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from .chat import RICH, answer, ask, expect_status, own, send, words
from .visitor import Visitor

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.flatMap((found) =>
  found.nodes.map((node) => `${found.id}: ${node.target.join(" ")} ${node.html.slice(0, 160)}`))"""
NARROW = {"width": 390, "height": 844}
SCREENS: dict[str, dict[str, Any]] = {
    "light and wide": {"color_scheme": "light"},
    "dark and narrow": {"color_scheme": "dark", "viewport": NARROW},
}


@pytest.fixture(params=SCREENS)
def ada(visit, request) -> Visitor:
    """The policy is set aside for axe itself, which is no part of the site; other walks hold it."""
    return visit(staff=True, bypass_csp=True, reduced_motion="reduce", **SCREENS[request.param])


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    return [f"{page.url}: {found}" for found in page.evaluate(RUN)]


def test_no_page_has_a_violation(ada, upstream):
    page = ada.open()
    found = violations(page)
    upstream.says("Show all", RICH)
    page.locator("[data-pick]").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"Otters"}
    )
    expect(page.locator("[data-chip] [name=file]")).to_be_attached()
    found += violations(page)
    ask(page, "Show all")
    found += violations(page)
    conversation = page.url
    message = own(page).get_attribute("id").removeprefix("m-")
    generated = answer(page).get_attribute("id").removeprefix("m-")
    for address in [
        *(
            f"/m/{message}/edit/",
            f"/m/{generated}/details/",
            f"{conversation}rename/",
            "/conversations/",
            "/files/",
        ),
        *(f"{conversation}share/", "/shares/", f"/m/{generated}/feedback/"),
        *("/search/?q=show", "/folders/", "/trash/", f"{conversation}move/"),
        *("/usage/", "/usage/everybody/"),
        *(
            "/help/keys/",
            "/accounts/",
            "/preferences/",
            "/leaving/",
            "/accounts/password/change/",
            "/accounts/email/",
        ),
        *("/accounts/sessions/", "/accounts/2fa/", "/accounts/logout/"),
        *(
            conversation.replace("/c/", "/review/conversations/"),
            "/review/",
            "/review/?q=show",
            *("/review/keeping/", "/review/keeping/rules/", "/review/keeping/receipts/"),
            conversation.replace("/c/", "/review/keeping/conversations/"),
            "/review/agreement/",
            "/nowhere/",
            "/patterns/",
        ),
        *(f"{conversation}settings/", f"{conversation}model/", "/models/", "/presets/new/", "/prompts/new/"),
        *("/presets/", "/prompts/"),
        *("/readers/", conversation.replace("/c/", "/readers/c/"), "/review/grants/"),
    ]:
        page.goto(address)
        found += violations(page)
    page.goto("/people/?show=administrators")
    found += violations(page)
    page.locator(".list__name").last.click()
    page.get_by_text("Delete…").click()
    found += violations(page)
    page.goto(conversation)
    answer(page).get_by_role("button", name="Bad answer").click()
    expect(answer(page).locator(".feedback__form")).to_be_visible()
    page.get_by_role("button", name="Share this conversation").click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_text("The link is ready.")).to_be_visible()
    found += violations(page)
    link = page.locator(".share-link__address").first.input_value()
    for address in (link, "/shares/", conversation.replace("/c/", "/review/conversations/")):
        page.goto(address)
        found += violations(page)
    ada.context.clear_cookies()
    for address in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        page.goto(address)
        found += violations(page)
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("nobody")
    page.locator("[name=password]").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert], .field__errors, .errorlist").first).to_be_visible()
    found += violations(page)
    page.evaluate("() => { document.cookie = 'csrftoken=x; path=/' }")
    page.locator("[name=csrfmiddlewaretoken]").first.evaluate("input => { input.value = 'forged' }")
    page.locator("[name=password]").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="That is not yours to open")).to_be_visible()
    found += violations(page)
    assert not found, "\n".join(found)


def test_no_state_of_a_conversation_has_a_violation(ada, upstream):
    page = ada.open()
    found = []
    upstream.tells("Fails").fail(401)
    send(page, "Fails")
    expect_status(page, "failed")
    broken = upstream.tells("Fails\n\nBreaks", "Half ")
    send(page, "Breaks")
    expect(words(page)).to_have_text("Half")
    found += violations(page)  # running
    broken.break_off()
    expect_status(page, "interrupted")
    stopped = upstream.tells("Stops").think("Thinking about it.")
    send(page, "Stops")
    expect(answer(page).locator("[data-reasoning-text]")).to_have_text("Thinking about it.")
    found += violations(page)  # thinking
    stopped.say("Some words.")
    expect(words(page)).to_have_text("Some words.")
    page.locator("[data-stop]").click()
    expect_status(page, "stopped")
    upstream.says("Show all", RICH)
    ask(page, "Show all")
    answer(page).get_by_role("button", name="Answer again").click()
    expect(answer(page).get_by_text("Version 2 of 2")).to_be_attached()
    expect_status(page, "done")
    found += violations(page)
    answer(page).get_by_role("button", name="Details of this answer").click()
    expect(page.locator(".facts__list")).to_be_visible()
    found += violations(page)
    page.keyboard.press("Escape")
    own(page).last.get_by_role("link", name="Edit this message").click()
    expect(page.locator("[data-message-edit] textarea")).to_be_focused()
    found += violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += violations(page)
    page.keyboard.press("Escape")
    ada.context.set_offline(True)
    expect(page.locator("[data-offline]")).to_be_visible()
    found += violations(page)
    ada.context.set_offline(False)
    page.get_by_role("button", name="More about this conversation").click()
    page.get_by_role("button", name="Delete this conversation").click()
    expect(page.locator("[data-toast]")).to_be_visible()
    found += violations(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", ["", "accounts/user/", "conversations/conversation/", "review/readevent/"])
def test_no_list_of_the_administration_has_a_violation(visit, path):
    page = visit(staff=True, bypass_csp=True).open(f"/admin/{path}")
    found = violations(page)
    assert not found, "\n".join(found)
