"""Everything by keys alone: the order of Tab, the skip links, the shortcuts and their sheet."""

from playwright.sync_api import Page, expect

from .chat import RICH, answer, ask, box, expect_status, own, rows, send, until, words

FOCUSED = """() => {
  const element = document.activeElement
  const style = getComputedStyle(element)
  const area = element.getBoundingClientRect()
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
  const boxed = element.closest(".composer__box")
  const around = boxed ? getComputedStyle(boxed) : style
  return {
    tag: element.tagName,
    name: element.getAttribute("aria-label") || element.innerText?.trim() || element.title
        || element.name || "",
    ring: ring || around.outlineStyle !== "none" || around.boxShadow !== "none",
    shown: area.width > 0 && area.bottom > 0 && area.top < innerHeight
      && area.right > 0 && area.left < innerWidth,
    on_top: element.contains(document.elementFromPoint(area.x + area.width / 2, area.y + area.height / 2)),
    in: ["skip", "nav", "main"].find((name) => element.closest(name === "skip" ? ".skip" : name)) ?? "",
  }
}"""


def tab_through(page: Page, limit: int = 60) -> list[dict[str, object]]:
    """Press Tab from the top of the page to its end and return what got the focus."""
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus() }")
    stops: list[dict[str, object]] = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    return stops


def test_tab_goes_through_the_page_in_order_and_the_focus_is_always_seen(ada, upstream):
    page = ada.open()
    upstream.says("Show all", RICH)
    ask(page, "Show all")

    stops = tab_through(page)

    places = [stop["in"] for stop in stops]
    assert places == sorted(places, key=["skip", "nav", "main", ""].index), places
    assert [stop["name"] for stop in stops[:2]] == ["Skip to the message box", "Skip to the newest message"]
    names = [str(stop["name"]) for stop in stops]
    for name in (
        "New conversation",
        "Copy this message",
        "Edit this message",
        "Answer again",
        "Copy this code",
    ):
        assert name in names
    unseen = [stop for stop in stops if not (stop["ring"] and stop["shown"] and stop["on_top"])]
    assert not unseen


def test_skip_links_lead_to_the_box_and_to_the_newest_message(ada):
    page = ada.open()
    ask(page, "Hello")
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus() }")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(box(page)).to_be_focused()
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus() }")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#latest")).to_be_focused()


def test_the_sheet_of_keys_opens_and_gives_the_focus_back(ada):
    page = ada.open()
    expect(box(page)).to_be_focused()
    for open_it in ("Control+/", "?"):
        if open_it == "?":
            page.evaluate("document.activeElement.blur()")
        page.keyboard.press(open_it)
        sheet = page.get_by_role("dialog", name="Keys")
        expect(sheet).to_contain_text("New conversation")
        expect(sheet).to_contain_text("Stop the answer, or close what is open")
        page.keyboard.press("Escape")
        expect(sheet).to_have_count(0)
        if open_it != "?":
            expect(box(page)).to_be_focused()
    box(page).type("?")
    expect(box(page)).to_have_value("?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_every_shortcut_does_what_the_sheet_says(visit, upstream):
    ada = visit(permissions=["clipboard-read", "clipboard-write"])
    page = ada.open()
    upstream.says("Show all", RICH)
    ask(page, "Show all")
    address = page.url
    expect(answer(page).get_by_role("button", name="Copy this code")).to_be_attached()

    page.keyboard.press("Control+Shift+KeyC")
    until(page, "navigator.clipboard.readText().then((text) => text.startsWith('## Why'))")
    page.keyboard.press("Control+Shift+Semicolon")
    until(page, "navigator.clipboard.readText().then((text) => text.startsWith('def scattered'))")
    page.keyboard.press("Control+Shift+KeyS")
    expect(page.locator("[data-drawer]")).to_be_hidden()
    page.keyboard.press("Control+Shift+KeyS")
    expect(page.locator("[data-drawer]")).to_be_visible()
    page.keyboard.press("Shift+Escape")
    expect(box(page)).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(answer(page)).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(own(page)).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(answer(page)).to_be_focused()
    page.keyboard.press("Control+Shift+KeyO")
    expect(page.locator(".new__greeting")).to_be_visible()
    expect(box(page)).to_be_focused()
    page.goto(address)
    page.keyboard.press("Control+Shift+Backspace")
    expect(page.locator("[data-toast]")).to_contain_text("was deleted")
    expect(rows(page)).to_have_count(0)


def test_a_dialog_takes_escape_before_the_answer_does(ada, upstream):
    page = ada.open()
    upstream.tells("Keep on", "On ")
    send(page, "Keep on")
    expect(words(page)).to_have_text("On")
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect_status(page, "running")
    page.keyboard.press("Escape")
    expect_status(page, "stopped")


def test_a_whole_conversation_by_keys_alone(ada, upstream):
    page = ada.open()
    upstream.says("One?", "First.")
    upstream.says("One?", "Second.")
    page.keyboard.type("One?")
    page.keyboard.press("Enter")
    expect_status(page, "done")
    answer(page).get_by_role("button", name="Answer again").focus()
    page.keyboard.press("Enter")
    expect(words(page)).to_have_text("Second.")
    expect_status(page, "done")
    answer(page).get_by_role("button", name="Previous version").focus()
    page.keyboard.press("Space")
    expect(words(page)).to_have_text("First.")
    expect(answer(page).get_by_role("button", name="Next version")).to_be_focused()
    page.keyboard.press("Shift+Escape")
    expect(box(page)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-message-edit] textarea")).to_be_focused()
    until(page, "document.activeElement.selectionStart === document.activeElement.value.length")
    page.keyboard.type(" Two?")
    page.keyboard.press("Control+Enter")
    expect(own(page).locator("[data-text]")).to_have_text("One? Two?")
    expect_status(page, "done")
    rows(page).first.get_by_role("link").focus()
    page.keyboard.press("Tab")
    expect(rows(page).first.get_by_role("button", name="Rename or delete")).to_be_focused()
    page.keyboard.press("Enter")
    rows(page).first.get_by_role("button", name="Delete", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(own(page)).to_have_count(1)


def test_the_menu_of_the_account_has_groups_and_goes_by_arrows(visit):
    page = visit(staff=True, viewport={"width": 390, "height": 600}).open()
    page.get_by_role("link", name="Open the side bar").click()
    opener = page.get_by_role("button", name="appearance, ")
    opener.press("Enter")
    menu = page.locator("#account-menu")
    for name in ("What is yours", "The site", "Settings and help"):
        expect(menu.get_by_role("group", name=name)).to_be_attached()
    expect(menu).to_be_in_viewport(ratio=1)

    for key, name in [
        ("ArrowDown", "System"),
        ("End", "Sign out"),
        ("ArrowUp", "Keys"),
        ("ArrowUp", "Your account"),
    ]:
        page.locator(":focus").press(key)
        line = menu.locator("a, button").get_by_text(name, exact=True)
        expect(page.locator(":focus")).to_have_text(name)
        expect(line).to_be_in_viewport()

    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator("[data-drawer]")).to_be_in_viewport()
    expect(opener).to_be_focused()
