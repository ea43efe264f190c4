"""Before and beside a conversation, by keys: settings that it begins with, temporary ones, summaries."""

import pytest
from playwright.sync_api import expect

from .chat import ask, box, expect_status, rows
from .test_axe import violations

TINY = "walk/tiny"
CLOSING = "\n\n---\nSum up the conversation above."


@pytest.fixture
def tiny(site):
    """A model whose window three exchanges nearly fill."""
    if not site.query("SELECT id FROM conversations_chatmodel WHERE name = %s", TINY):
        site.query(
            """INSERT INTO conversations_chatmodel (name, label, dialect, context_window, output_limit,
               characters_per_token, is_offered) VALUES (%s, %s, %s, %s, %s, %s, %s)""",
            *(TINY, "Tiny", "openai", 1_000, 100, 3.5, True),
        )
    return site


def test_settings_are_chosen_before_the_first_message(ada, upstream):
    page = ada.open()
    page.keyboard.type("A question kept")
    page.keyboard.press("Control+.")
    panel = page.get_by_role("dialog", name="Settings of the new conversation")
    expect(panel.get_by_role("heading")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Be an otter.")
    panel.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(panel).to_have_count(0)
    expect(page.get_by_role("link", name="Settings of the new conversation, changed")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Control+.")
    expect(panel.get_by_label("System prompt")).to_have_value("Be an otter.")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)

    box(page).press("Enter")
    expect_status(page, "done")

    assert upstream.bodies[-1]["messages"][0] == {"role": "system", "content": "Be an otter."}
    page.goto("/")
    expect(page.get_by_role("link", name="Settings of the new conversation", exact=True)).to_be_visible()


def test_without_scripts_settings_are_pages(visit, upstream):
    page = visit(java_script_enabled=False).open()
    page.get_by_role("link", name="Settings of the new conversation").click()
    page.get_by_label("System prompt").fill("Be a crab.")
    page.get_by_role("button", name="Save", exact=True).click()
    box(page).fill("Who are you, then?")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**/c/**")

    expect_status(page, "done")
    assert upstream.bodies[-1]["messages"][0] == {"role": "system", "content": "Be a crab."}


def test_a_temporary_conversation_is_in_no_list_until_it_is_kept(ada):
    page = ada.open()
    page.get_by_role("link", name="Make it temporary").press("Enter")
    expect(page.get_by_text("it is in no list, no search and no export")).to_be_visible()
    ask(page, "Between the two of us")
    expect(page.get_by_text("Temporary: in no list, and removed for ever")).to_be_visible()
    expect(rows(page)).to_have_count(0)
    assert violations(page) == []
    page.get_by_role("button", name="Keep it").press("Enter")

    expect(rows(page)).to_have_count(1)
    expect(page.get_by_role("button", name="Keep it")).to_have_count(0)


def test_the_beginning_is_summed_up_read_changed_and_taken_back(ada, tiny, upstream):
    asked = ["a " * 150, "b " * 150, "c " * 150]
    page = ada.open()
    for question in asked:
        ask(page, question.strip())
    tiny.query(
        """UPDATE conversations_conversation SET model_id =
           (SELECT id FROM conversations_chatmodel WHERE name = %s)
           WHERE owner_id = (SELECT id FROM accounts_user WHERE username = %s)""",
        TINY,
        ada.person.name,
    )
    first = asked[0].strip()
    told = upstream.tells(f"Person: {first}\n\nAssistant: You asked: {first}{CLOSING}")
    page.reload()
    page.get_by_role("button", name="Sum up the beginning").press("Enter")
    summary = page.get_by_role("region", name="Summary of the beginning")
    expect(summary.get_by_text("Summing up what stands above…")).to_be_visible()
    told.wait_until_asked().say("They spoke of a.").end()

    head = summary.get_by_text("The model reads a summary of what stands above")
    expect(head).to_be_visible()
    head.press("Enter")
    expect(summary.get_by_text("They spoke of a.")).to_be_visible()
    assert violations(page) == []
    summary.get_by_role("link", name="Edit").press("Enter")
    page.get_by_label("Summary").fill("They spoke of otters.")
    page.get_by_role("button", name="Save").press("Enter")
    expect(head).to_contain_text("as you changed it")
    ask(page, "And now?")
    sent = upstream.bodies[-1]["messages"]
    assert "They spoke of otters." in sent[0]["content"]
    assert first not in [message["content"] for message in sent]

    summary.get_by_role("button", name="Take it back").press("Enter")
    expect(summary).to_have_count(0)
    ask(page, "And then?")
    assert "otters" not in str(upstream.bodies[-1]["messages"])
