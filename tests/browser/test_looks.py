"""How the pages stand: phone and narrow, themes, directions, motion, paper, and nothing that jumps."""

import pytest
from playwright.sync_api import Page, expect

from .chat import RICH, answer, answers, ask, box, expect_status, own, send, until, words

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
WIDE = "a_word_without_any_end_" * 20
LONG = "\n\n".join(f"Paragraph {number} of a long answer." for number in range(60))


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def from_end(page: Page) -> float:
    root = "document.scrollingElement"
    return float(page.evaluate(f"{root}.scrollHeight - {root}.scrollTop - {root}.clientHeight"))


def test_the_drawer_of_a_phone_holds_the_focus_and_closes_by_escape_and_scrim(visit):
    page = visit(**PHONE).open()
    drawer = page.locator("[data-drawer]")
    expect(drawer).not_to_be_in_viewport()
    for close in ("Escape", "scrim", "button"):
        page.get_by_role("link", name="Open the side bar").click()
        expect(drawer).to_be_in_viewport()
        for _ in range(12):
            page.keyboard.press("Tab")
            inside = page.evaluate("() => !document.activeElement.closest('main')")
            assert inside, "the focus left the drawer"
        if close == "Escape":
            page.keyboard.press("Escape")
        elif close == "scrim":
            page.touchscreen.tap(380, 400)
        else:
            page.get_by_role("link", name="Close the side bar").click()
        expect(drawer).not_to_be_in_viewport()
        expect(page.get_by_role("link", name="Open the side bar")).to_be_focused()
    page.locator("[data-send]").wait_for()
    box(page).fill("Hello from a phone")
    page.locator("[data-send]").tap()
    expect(words(page)).to_contain_text("You asked")


def test_enter_breaks_the_line_on_a_phone(visit):
    page = visit(**PHONE).open()
    box(page).tap()
    box(page).type("one")
    box(page).press("Enter")
    box(page).type("two")
    expect(box(page)).to_have_value("one\ntwo")


def test_no_page_scrolls_sideways_at_320_pixels(visit, upstream):
    ada = visit(staff=True, viewport={"width": 320, "height": 640})
    page = ada.open()
    table = "| " + " | ".join("wide" for _ in range(20)) + " |\n|" + "---|" * 20
    upstream.says(WIDE, f"{RICH}\n\n{WIDE}\n\n`{WIDE}`\n\n{table}\n\n$$\n{WIDE}\n$$\n\n## {WIDE}\n")
    ask(page, WIDE)
    conversation = page.url
    message = own(page).get_attribute("id").removeprefix("m-")
    generated = answer(page).get_attribute("id").removeprefix("m-")
    addresses = [
        *("/", conversation, f"/m/{message}/edit/", f"/m/{generated}/details/", f"{conversation}rename/"),
        *(f"{conversation}share/", "/shares/", "/files/", f"/m/{generated}/feedback/"),
        *("/conversations/", "/help/keys/", "/accounts/", "/accounts/password/change/", "/accounts/email/"),
        *("/preferences/", "/leaving/", "/people/"),
        *(
            "/accounts/sessions/",
            "/accounts/2fa/",
            conversation.replace("/c/", "/review/conversations/"),
            "/review/",
            "/nowhere/",
        ),
    ]
    ada.context.set_extra_http_headers({})
    sideways = {}
    for address in addresses:
        page.goto(address, wait_until="networkidle")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            sideways[address] = width
    ada.context.clear_cookies()
    for address in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            sideways[address] = width
    assert not sideways


def test_the_theme_follows_the_system_until_one_is_chosen(visit):
    dark, light = visit(color_scheme="dark"), visit(color_scheme="light")
    in_the_dark, by_day = dark.open(), light.open()
    night, day = background(in_the_dark), background(by_day)
    assert night != day
    in_the_dark.emulate_media(color_scheme="light")
    assert background(in_the_dark) == day
    in_the_dark.emulate_media(color_scheme="dark")

    in_the_dark.get_by_role("button", name="sign out").first.click()
    with in_the_dark.expect_response("**/theme/"):
        in_the_dark.get_by_role("button", name="Light").click()

    expect(in_the_dark.locator("html")).to_have_attribute("data-theme", "light")
    until(in_the_dark, f"getComputedStyle(document.documentElement).backgroundColor === '{day}'")
    expect(in_the_dark.get_by_role("button", name="Light")).to_have_attribute("aria-pressed", "true")
    in_the_dark.reload()
    expect(in_the_dark.locator("html")).to_have_attribute("data-theme", "light")
    assert background(in_the_dark) == day


def test_text_from_right_to_left_stands_at_the_right_and_code_does_not(ada, upstream):
    page = ada.open()
    upstream.says("שלום עולם", "שלום לכולם.\n\nHello all.\n\n```\nשלום = 1\n```\n")
    ask(page, "שלום עולם")
    expect(box(page)).to_have_attribute("dir", "auto")
    directions = """elements => elements.map((element) => getComputedStyle(element).direction)"""
    assert own(page).locator("[data-text]").evaluate_all(directions) == ["rtl"]
    assert words(page).locator("p").evaluate_all(directions) == ["rtl", "ltr"]
    assert words(page).locator("pre").evaluate_all(directions) == ["ltr"]
    right = """element => {
      const range = document.createRange()
      range.selectNodeContents(element)
      const words = range.getBoundingClientRect(), box = element.getBoundingClientRect()
      return Math.abs(words.right - box.right) <= Math.abs(words.left - box.left)
    }"""
    assert words(page).locator("p").first.evaluate(right)
    assert not words(page).locator("p").last.evaluate(right)


def test_nothing_moves_for_those_who_want_no_motion(visit, upstream):
    page = visit(reduced_motion="reduce").open()
    upstream.tells("Move not", "Still ")
    send(page, "Move not")
    expect(words(page)).to_have_text("Still")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    moving = page.evaluate(
        "document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 10).length"
    )
    assert moving == 0
    box(page).press("Escape")
    expect_status(page, "stopped")


def test_paper_shows_the_words_and_none_of_the_chrome(ada, upstream):
    page = ada.open()
    upstream.says("Print me", RICH)
    ask(page, "Print me")
    page.emulate_media(media="print", color_scheme="dark")
    for selector in ("[data-drawer]", "[data-composer]", ".actions", ".skip", ".code__button"):
        for element in page.locator(selector).all():
            expect(element).to_be_hidden()
    expect(own(page).locator("[data-text]")).to_be_visible()
    expect(words(page).locator("pre")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('[data-text]')).color") == "rgb(0, 0, 0)"


NO_MATH = RICH.replace("$", "")


@pytest.mark.parametrize(
    ("text", "scrolled"),
    [(NO_MATH, False), (NO_MATH, True), (RICH, False)],
    ids=["at the end", "reading above", "with math"],
)
def test_nothing_shifts_while_an_answer_comes(ada, upstream, text, scrolled):
    page = ada.open()
    # The first formula of a page brings the module that sets it; from then on formulas come as they stay.
    upstream.says("Long", f"$x^2$\n\n{LONG}")
    ask(page, "Long")
    expect(page.locator("math")).to_be_attached()
    told = upstream.tells("More")
    send(page, "More")
    told.wait_until_asked().say("It ")
    expect(words(page)).to_have_text("It")
    if scrolled:
        page.mouse.move(700, 300)
        page.mouse.wheel(0, -1500)
        expect(page.get_by_role("link", name="Jump to latest")).to_be_visible()
    page.evaluate("""() => { window.shift = 0; window.shifted = []
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) { window.shift += entry.value
        window.shifted.push(...entry.sources.map((source) => source.node?.outerHTML?.slice(0, 200) ?? "")) }
      }).observe({ type: "layout-shift" }) }""")
    for at in range(0, len(text), 25):
        told.say(text[at : at + 25])
    told.end()
    expect_status(page, "done")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.shift") == 0, page.evaluate("window.shifted")


def test_the_page_stays_at_the_newest_words_until_one_scrolls_up(ada, upstream):
    page = ada.open()
    told = upstream.tells("Long", LONG)
    send(page, "Long")
    expect(words(page)).to_contain_text("Paragraph 59")
    assert from_end(page) < 2
    page.mouse.move(700, 300)
    page.mouse.wheel(0, -800)
    jump = page.get_by_role("link", name="Jump to latest")
    expect(jump).to_be_visible()
    before = page.evaluate("document.scrollingElement.scrollTop")

    told.say("\n\n", LONG.replace("Paragraph", "Chapter"))

    expect(words(page)).to_contain_text("Chapter 59")
    assert page.evaluate("document.scrollingElement.scrollTop") == before
    jump.click()
    until(page, "document.scrollingElement.scrollHeight - scrollY - innerHeight < 2")
    expect(jump).to_be_hidden()
    told.say("\n\n", LONG.replace("Paragraph", "Verse")).end()
    expect_status(page, "done")
    assert from_end(page) < 2
    page.reload()
    assert from_end(page) < 2
    expect(answers(page)).to_have_count(1)


def test_a_hidden_end_of_an_answer_is_told_in_a_quiet_region(ada, upstream):
    page = ada.open()
    told = upstream.tells("Tell me", "A few ")
    send(page, "Tell me")
    region = page.locator("[data-announce]")
    expect(region).to_have_text("Answering…")
    expect(answer(page)).to_have_attribute("aria-busy", "true")
    told.say("words.").end()
    expect(region).to_have_text("A few words.")
    expect(answer(page)).not_to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("log", name="Messages")).to_have_attribute("aria-live", "off")
