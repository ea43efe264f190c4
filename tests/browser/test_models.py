"""Which model answers and how: chosen, set and begun, by keys and without scripts."""

import pytest
from playwright.sync_api import Page, expect

from tests.conversations.management.processes import wait_for

from .chat import answer, answers, ask, box, expect_status, send, words
from .test_axe import violations


@pytest.fixture
def several(site):
    """Nine more models beside the one of the site; pages know of them within a second."""
    for number in range(9):
        row = (f"walk/model-{number}", f"Model {'ABCDEFGHI'[number]}", "openai", 200000, 4096, 3.5, True)
        known = site.query("SELECT id FROM conversations_chatmodel WHERE name = %s", row[0])
        if not known:
            site.query(
                """INSERT INTO conversations_chatmodel (name, label, dialect, context_window, output_limit,
                   characters_per_token, is_offered) VALUES (%s, %s, %s, %s, %s, %s, %s)""",
                *row,
            )
    return site


def asked_of(site, question: str) -> list[str]:
    rows = site.query(
        """SELECT generation.model_asked FROM conversations_generation generation
           JOIN conversations_message answer ON answer.id = generation.message_id
           JOIN conversations_message question ON question.id = answer.parent_id
           WHERE question.text = %s ORDER BY generation.id""",
        question,
    )
    return [str(name) for (name,) in rows]


def button(page: Page):
    return page.locator("#model-button")


def test_a_model_is_chosen_by_keys_alone(ada, several):
    page = ada.open()
    page.keyboard.type("A question kept")
    page.keyboard.press("Control+Shift+KeyM")
    panel = page.get_by_role("dialog", name="Model of the new conversation")
    expect(panel.get_by_label("Find a model")).to_be_focused()
    page.keyboard.type("walk model c")
    expect(panel.locator("[data-option]:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    expect(button(page)).to_contain_text("Model C")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("A question kept")
    page.keyboard.press("Enter")
    expect_status(page, "done")
    assert asked_of(several, "A question kept") == ["walk/model-2"]

    page.keyboard.press("Control+Shift+KeyM")
    panel = page.get_by_role("dialog", name="Model of this conversation")
    expect(panel.get_by_label("Find a model")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("radio", name="Model C")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("radio", name="Model D")).to_be_checked()
    page.keyboard.press("Enter")
    expect(button(page)).to_contain_text("Model D")
    ask(page, "And now another")
    assert asked_of(several, "And now another") == ["walk/model-3"]
    page.keyboard.press("Control+Shift+KeyM")
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(button(page)).to_contain_text("Model D")


def test_another_model_answers_once(ada, several):
    page = ada.open()
    ask(page, "Who are you")
    link = answer(page).get_by_role("link", name="Answer again with another model")
    assert wait_for(lambda: page.reload() and link.count())
    link.click()
    panel = page.get_by_role("dialog", name="Answer again with another model")
    panel.get_by_text("Model E").click()
    expect(panel).to_have_count(0)
    expect(answer(page).get_by_text("Version 2 of 2")).to_be_attached()
    expect_status(page, "done")
    expect(button(page)).not_to_contain_text("Model E")
    assert asked_of(several, "Who are you")[1] == "walk/model-4"


def test_settings_are_saved_by_keys_and_what_is_wrong_stays(ada, site):
    page = ada.open()
    ask(page, "Settle this")
    page.keyboard.press("Control+.")
    panel = page.get_by_role("dialog", name="Settings of this conversation")
    panel.get_by_label("System prompt").fill("Be brief.")
    panel.get_by_label("Temperature").fill("warm")
    page.keyboard.press("Enter")
    expect(panel.get_by_text("Write a number")).to_be_visible()
    expect(panel.get_by_label("Temperature")).to_have_value("warm")
    panel.get_by_label("Temperature").fill("9")
    page.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    expect(page.locator("[data-toast]")).to_contain_text("Temperature is now 2")
    rows = site.query(
        """SELECT conversation.system_prompt FROM conversations_conversation conversation
           JOIN conversations_message message ON message.conversation_id = conversation.id
           WHERE message.text = %s""",
        "Settle this",
    )
    assert rows == [("Be brief.",)]


def test_a_slash_lists_prompts_and_asks_for_what_they_leave_open(ada):
    page = ada.open("/prompts/new/")
    for name, text in (("explain", "Explain {{what}} to {{whom}}."), ("other", "Something else.")):
        page.goto("/prompts/new/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Text").fill(text)
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".kept")).to_contain_text(f"/{name}")
    page.goto("/")
    expect(page.locator("[data-composer]")).to_have_attribute("data-started", "")
    page.keyboard.type("/")
    options = page.get_by_role("listbox", name="Prompts").get_by_role("option")
    expect(options).to_have_count(2)
    expect(box(page)).to_have_attribute("aria-activedescendant", "prompt-1")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    page.keyboard.type("exp")
    expect(options).to_have_count(1)
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="/explain")
    expect(form.get_by_label("what")).to_be_focused()
    page.keyboard.type("tides")
    page.keyboard.press("Tab")
    page.keyboard.type("a child")
    page.keyboard.press("Enter")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("Explain tides to a child.")
    page.keyboard.press("Enter")
    expect_status(page, "done")


def test_words_that_begin_with_a_slash_are_sent_as_they_are(ada):
    page = ada.open()
    send(page, "/etc/hosts is a file")
    expect_status(page, "done")
    expect(answers(page)).to_have_count(1)


def test_a_preset_begins_a_conversation(ada, site):
    page = ada.open("/presets/new/")
    page.get_by_label("Name").fill("Editor")
    page.get_by_label("System prompt").fill("Shorten it.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".kept")).to_contain_text("Editor")
    page.goto("/")
    page.get_by_role("link", name="Presets", exact=True).first.click()
    page.get_by_role("dialog", name="Begin with a preset").get_by_role("button", name="Editor").click()
    expect(page.locator("#choice")).to_contain_text("Editor")
    ask(page, "Begun with a preset")
    rows = site.query(
        """SELECT generation.system_prompt FROM conversations_generation generation
           JOIN conversations_message answer ON answer.id = generation.message_id
           JOIN conversations_message question ON question.id = answer.parent_id
           WHERE question.text = %s""",
        "Begun with a preset",
    )
    assert rows == [("Shorten it.",)]


def test_without_scripts_all_of_it_is_pages(visit, several):
    page = visit(java_script_enabled=False).open()
    button(page).click()
    page.get_by_role("radio", name="Model F").check()
    page.get_by_role("button", name="Use this model").click()
    expect(button(page)).to_contain_text("Model F")
    box(page).fill("Plainly asked")
    page.get_by_role("button", name="Send").click()
    expect(words(page)).to_have_text("You asked: Plainly asked")
    assert asked_of(several, "Plainly asked") == ["walk/model-5"]
    button(page).click()
    page.get_by_role("radio", name="Model G").check()
    page.get_by_role("button", name="Use this model").click()
    expect(button(page)).to_contain_text("Model G")


def test_no_panel_has_a_violation(visit, several):
    page = visit(bypass_csp=True, reduced_motion="reduce", viewport={"width": 390, "height": 844}).open()
    found = []
    page.goto("/prompts/new/")
    page.get_by_label("Name").fill("explain")
    page.get_by_label("Text").fill("Explain {{what}}.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".kept")).to_contain_text("/explain")
    page.goto("/")
    expect(page.locator("[data-composer]")).to_have_attribute("data-started", "")
    for opened in ("Control+Shift+KeyM", "/", "Enter"):
        page.keyboard.press(opened)
        shown = page.get_by_role("option") if opened == "/" else page.get_by_role("dialog")
        expect(shown).to_be_visible()
        found += violations(page)
        if opened != "/":
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_have_count(0)
            expect(box(page)).to_be_focused()
    box(page).fill("Look at this")
    page.get_by_role("button", name="Send").click()
    expect_status(page, "done")
    page.keyboard.press("Control+.")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += violations(page)
    assert not found, "\n".join(found)
