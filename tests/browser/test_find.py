"""Finding and ordering, by keyboard and mouse: search, pin, archive, folders, many at once, trash."""

import re

from playwright.sync_api import Locator, Page, expect

from .chat import ask, box, own, rows, until


def begin(page: Page, question: str) -> str:
    page.goto("/")
    ask(page, question)
    return page.url


def press_in_menu(page: Page, title: str, name: str) -> None:
    row = rows(page).filter(has_text=title)
    row.hover()
    row.get_by_role("button", name="Rename or delete").click()
    row.locator(".menu").get_by_text(name, exact=True).click()


def folder(page: Page, name: str) -> Locator:
    return page.locator("#sidebar .folder").filter(has_text=name)


def test_what_was_said_is_found_by_the_keyboard_and_opens_at_its_place(ada):
    page = ada.open()
    otters = begin(page, "What do <b>otters</b> eat?")
    begin(page, "Badgers")
    box(page).press("Control+k")
    field = page.locator("#sidebar [data-search]")
    expect(field).to_be_focused()
    page.keyboard.type("otters")
    hits = page.locator("#finds [data-hit]")
    expect(hits.first).to_be_visible()
    expect(hits.filter(has_text="What do <b>otters</b> eat?").locator("mark").first).to_have_text("otters")
    expect(page.locator("#conversation-list")).to_be_hidden()

    page.keyboard.press("ArrowDown")
    expect(hits.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(hits).to_have_count(0)
    expect(page.locator("#conversation-list")).to_be_visible()

    page.keyboard.type('"do otters"')
    page.keyboard.press("Escape")
    page.keyboard.type("otters eat")
    page.locator("#finds .hits").last.locator("[data-hit]").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"#m-"))
    assert page.url.startswith(otters)
    expect(page.locator("[data-message]:target")).to_contain_text("otters")


def test_the_page_of_results_needs_no_scripts(visit):
    page = visit().open()
    begin(page, "Otters one")
    plain = visit(person=None, signed_in=False, java_script_enabled=False)
    plain.context.add_cookies(page.context.cookies())
    page = plain.open()
    page.locator("#sidebar [data-search]").fill("otters")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=otters")
    expect(page.locator("main [data-hit]").last.locator("mark").first).to_have_text("Otters")


def test_pinned_and_archived_by_the_menu_of_a_row(ada):
    page = ada.open()
    begin(page, "Otters")
    begin(page, "Badgers")
    expect(rows(page)).to_have_text([re.compile("Badgers"), re.compile("Otters")])
    press_in_menu(page, "Otters", "Pin")
    expect(rows(page)).to_have_text([re.compile("Otters"), re.compile("Badgers")])

    press_in_menu(page, "Otters", "Archive")
    expect(rows(page)).to_have_count(1)
    toast = page.locator("[data-toast]")
    expect(toast).to_contain_text("“Otters” was archived.")
    toast.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_count(2)


def test_a_folder_holds_what_was_moved_into_it(ada):
    page = ada.open()
    begin(page, "Otters")
    begin(page, "Badgers")
    press_in_menu(page, "Otters", "Move to a folder…")
    page.get_by_label("Or a new folder").fill("Sea life")
    page.keyboard.press("Enter")
    expect(folder(page, "Sea life")).to_contain_text("1")
    expect(rows(page).filter(has_text="Otters")).to_have_count(0)
    folder(page, "Sea life").locator("summary").click()
    row = folder(page, "Sea life").locator("[data-row]")
    expect(row).to_contain_text("Otters")
    row.get_by_role("link").click()
    expect(own(page).locator("[data-text]")).to_have_text("Otters")
    expect(folder(page, "Sea life").locator("[aria-current=page]")).to_have_text("Otters")


def test_many_are_deleted_at_once_and_brought_back_and_one_for_ever(ada):
    page = ada.open()
    for question in ("Otters", "Badgers", "Seals"):
        begin(page, question)
    page.goto("/conversations/")
    delete = page.locator("button[value=delete]")
    expect(delete).to_be_disabled()
    boxes = page.locator("[name=chosen]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(delete).to_have_text("Delete 3")
    boxes.nth(1).press("Space")
    expect(delete).to_have_text("Delete 2")
    delete.press("Enter")
    expect(page.locator("[data-toast]")).to_contain_text("2 conversations were deleted.")
    expect(boxes).to_have_count(1)
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(boxes).to_have_count(3)

    page.get_by_role("button", name="Choose all").click()
    delete.click()
    page.goto("/trash/")
    expect(page.locator(".choice--trash")).to_have_count(3)
    page.get_by_role("button", name="Delete “Seals” for ever").click()
    expect(page.locator(".choice--trash")).to_have_count(2)
    page.locator(".choice--trash").filter(has_text="Otters").get_by_role("button", name="Restore").click()
    expect(own(page).locator("[data-text]")).to_have_text("Otters")


def test_a_row_tells_of_an_answer_elsewhere_and_that_it_has_ended(ada, upstream):
    page = ada.open()
    told = upstream.tells("Slow otters", "Some ")
    page.goto("/")
    box(page).fill("Slow otters")
    box(page).press("Enter")
    expect(page.locator("[data-tail]")).to_have_text("Some")
    page.goto("/")
    row = rows(page).filter(has_text="Slow otters")
    expect(row.locator(".mark--running")).to_be_visible()
    told.say("words.")
    told.end()
    expect(row.locator(".mark--unread")).to_be_visible()
    row.get_by_role("link").click()
    expect(page.locator("[data-message]")).to_have_count(2)
    page.goto("/")
    expect(row).to_be_visible()
    expect(row.locator(".mark--unread")).to_have_count(0)


def test_on_a_phone_the_key_opens_the_drawer_with_the_field(visit):
    page = visit(viewport={"width": 390, "height": 844}).open()
    begin(page, "Otters")
    page.keyboard.press("Control+k")
    field = page.locator("#sidebar [data-search]")
    expect(field).to_be_focused()
    page.keyboard.type("otters")
    expect(page.locator("#finds [data-hit]").first).to_be_visible()
    until(page, "() => document.documentElement.scrollWidth <= innerWidth")
