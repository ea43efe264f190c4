"""A phone's own: its keyboard, strokes of a finger; and what must not move or be covered anywhere."""

from playwright.sync_api import Page, expect

from .chat import answers, ask, box, expect_status, own, send, until

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Chromium makes room for the keyboard; Safari only tells how much of the page can still be seen.
SAFARI = """
const view = Object.assign(new EventTarget(), { height: innerHeight, offsetTop: 0, scale: 1 })
Object.defineProperty(self, "visualViewport", { value: view })
"""
COVER = """([pixels]) => {
  visualViewport.height = innerHeight - pixels
  visualViewport.dispatchEvent(new Event("resize"))
}"""
STROKE = """([from]) => {
  const target = document.elementFromPoint(from, 300)
  const touch = (clientX) => new Touch({ identifier: 1, target, clientX, clientY: 300 })
  const begun = { touches: [touch(from)], changedTouches: [touch(from)], bubbles: true }
  target.dispatchEvent(new TouchEvent("touchstart", begun))
}"""
LIFT = """([from, to]) => {
  const target = document.elementFromPoint(from, 300)
  const touch = new Touch({ identifier: 1, target, clientX: to, clientY: 310 })
  target.dispatchEvent(new TouchEvent("touchend", { changedTouches: [touch], bubbles: true }))
}"""


def bottom(page: Page) -> float:
    area = page.locator(".composer__box").bounding_box()
    return area["y"] + area["height"]


def test_the_box_stands_on_a_keyboard_that_covers_the_page(visit):
    ada = visit(**PHONE)
    ada.context.add_init_script(SAFARI)
    page = ada.open()
    send(page, "Hello")
    page.locator("[data-send]").click()
    expect_status(page, "done")
    before = bottom(page)
    until(page, "document.documentElement.style.getPropertyValue('--keyboard') === '0px'")
    page.evaluate(
        "visualViewport.height = innerHeight - 300; visualViewport.dispatchEvent(new Event('resize'))"
    )
    assert bottom(page) <= before - 299
    page.evaluate(COVER, [0])
    assert bottom(page) == before


def stroke(page: Page, start: int, end: int) -> None:
    page.evaluate(STROKE, [start])
    # The module for strokes comes with the first of them.
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    page.evaluate(LIFT, [start, end])


def test_a_stroke_opens_the_side_bar_and_one_back_closes_it(visit):
    page = visit(**PHONE).open()
    drawer = page.locator("[data-drawer]")
    stroke(page, 100, 130)
    expect(drawer).not_to_have_attribute("data-open", "")
    stroke(page, 40, 240)
    expect(drawer).to_have_attribute("data-open", "")
    stroke(page, 200, 20)
    expect(drawer).not_to_have_attribute("data-open", "")


def test_ctrl_enter_sends_where_that_is_wanted(ada):
    page = ada.open()
    page.evaluate("document.querySelector('[data-composer]').dataset.sendKey = 'ctrl+enter'")
    box(page).type("one")
    box(page).press("Enter")
    box(page).type("two")
    expect(box(page)).to_have_value("one\ntwo")
    box(page).press("Control+Enter")
    expect(answers(page)).to_have_count(1)
    expect(own(page).locator("[data-text]")).to_have_text("one\ntwo", use_inner_text=True)


def test_a_second_line_moves_nothing_above_it(ada):
    page = ada.open()
    before = page.locator(".composer__box").bounding_box()
    box(page).type("one")
    box(page).press("Shift+Enter")
    box(page).type("two")
    after = page.locator(".composer__box").bounding_box()
    assert after["y"] == before["y"]
    assert after["height"] > before["height"]


def test_the_way_to_the_newest_words_covers_none(visit, upstream):
    page = visit(viewport={"width": 1280, "height": 800}).open()
    upstream.says("Long", "\n\n".join(f"| a | b |\n|---|---|\n| {number} | x |" for number in range(60)))
    ask(page, "Long")
    page.mouse.move(700, 300)
    page.mouse.wheel(0, -800)
    jump = page.get_by_role("link", name="Jump to latest")
    expect(jump).to_be_visible()
    column = page.locator("#transcript-messages").bounding_box()
    assert jump.bounding_box()["x"] >= column["x"] + column["width"]


def test_on_a_phone_the_way_to_the_newest_words_has_a_strip_of_its_own(visit, upstream):
    page = visit(**PHONE).open()
    upstream.says("Long", "\n\n".join(f"Paragraph {number} that fills a whole line." for number in range(40)))
    box(page).fill("Long")
    page.locator("[data-send]").tap()
    expect_status(page, "done")
    height = page.evaluate("document.scrollingElement.scrollHeight")
    page.evaluate("scrollTo(0, 0)")
    jump = page.get_by_role("link", name="Jump to latest")
    expect(jump).to_be_visible()
    strip, button = page.locator("#composer").bounding_box(), jump.bounding_box()
    assert strip["y"] <= button["y"]
    assert button["y"] + button["height"] <= page.locator(".composer__box").bounding_box()["y"]
    assert page.evaluate("document.scrollingElement.scrollHeight") == height, "it moved the words"
    jump.tap()
    expect(jump).to_be_hidden()
