"""A reviewer judges by the keyboard alone; what they write reaches the owner."""

from playwright.sync_api import Page, expect

from .chat import answer, ask
from .test_review import shown

SELECT = """() => {
  const text = document.querySelector(".message--assistant [data-text]")
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT)
  while (walker.nextNode() && !walker.currentNode.data.includes("mostly"));
  const node = walker.currentNode
  const range = document.createRange()
  range.setStart(node, node.data.indexOf("mostly"))
  range.setEnd(node, node.data.indexOf("mostly") + 6)
  getSelection().removeAllRanges()
  getSelection().addRange(range)
}"""
SHOWN = "() => [...(CSS.highlights.get('notes') ?? [])].map(String).join()"


def talked(page: Page, upstream, *questions: str) -> None:
    for words in questions:
        upstream.says(words, "They do, mostly.")
        page.goto("/")
        ask(page, words)


def test_a_reviewer_notes_a_passage_judges_and_goes_on_by_keys(visit, upstream):
    ada = visit(staff=True)
    page = ada.open()
    talked(page, upstream, "Do otters hold hands", "Do crabs hold hands")
    page.goto(f"/review/?person={ada.person.name}&mine=no")
    rows = page.locator("[data-desk-row]")
    expect(rows).to_have_count(2)
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("o")
    shown(page, "crabs")

    page.evaluate(SELECT)
    page.keyboard.press("c")
    box = page.locator("[data-note-form] [name=text]")
    expect(box).to_be_focused()
    expect(page.locator("[data-note-form] [name=quote]")).to_have_value("mostly")
    page.keyboard.type("Is that so?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".beside__notes .note__text")).to_have_text("Is that so?")
    expect(page.locator(".beside__notes [data-annotate]").nth(1)).to_be_focused()
    page.wait_for_function(f"({SHOWN})() === 'mostly'")
    page.keyboard.press("w")
    expect(page.locator("#reply-text")).to_be_focused()
    page.keyboard.type("Crabs pinch.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".judgement").get_by_text("not read yet")).to_be_visible()

    page.keyboard.press("e")
    shown(page, "otters")
    page.keyboard.press("u")
    shown(page, "Conversations")
    expect(rows).to_have_count(1)
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("[data-desk-count]")).to_have_text("1 chosen")
    page.keyboard.press("e")
    expect(page.locator(".toast")).to_contain_text("1 conversation is reviewed.")
    page.wait_for_load_state()
    expect(rows).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator(".toast")).to_contain_text("taken back")

    page.goto("/")
    page.get_by_role("link", name="A reviewer wrote to you").click()
    expect(answer(page)).to_contain_text("mostly")
    reply = page.get_by_role("region", name="From a reviewer")
    expect(reply).to_contain_text("Crabs pinch.")
    reply.get_by_role("button", name="I have read it").click()
    expect(page.locator(".reply--read")).to_be_attached()
    expect(page.get_by_role("link", name="A reviewer wrote to you")).to_have_count(0)
