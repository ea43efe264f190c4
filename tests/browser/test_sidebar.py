"""The list of conversations: delete and undo, rename, going back and forth."""

from playwright.sync_api import Page, expect

from tests.conversations.management.processes import wait_for

from .chat import ask, box, own, rows


def begin(page: Page, question: str) -> str:
    """Begin a conversation with `question` and return its address."""
    page.goto("/")
    ask(page, question)
    return page.url


def menu(page: Page, title: str) -> None:
    row = rows(page).filter(has_text=title)
    row.hover()
    row.get_by_role("button", name="Rename or delete").click()


def test_a_conversation_is_deleted_from_the_list_and_brought_back(ada):
    page = ada.open()
    begin(page, "Otters")
    badgers = begin(page, "Badgers")
    expect(rows(page)).to_have_count(2)

    menu(page, "Otters")
    rows(page).filter(has_text="Otters").get_by_role("button", name="Delete", exact=True).click()

    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(badgers)
    toast = page.locator("[data-toast]")
    expect(toast).to_contain_text("“Otters” was deleted.")
    toast.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_count(2)
    expect(own(page).locator("[data-text]")).to_have_text(["Otters"])


def test_the_open_conversation_is_deleted_and_brought_back(ada):
    page = ada.open()
    address = begin(page, "Otters")
    page.get_by_role("button", name="More about this conversation").click()
    page.get_by_role("button", name="Delete this conversation").click()
    page.wait_for_url(lambda url: url.endswith("/"))
    expect(rows(page)).to_have_count(0)
    assert page.request.get(address).status == 404

    page.locator("[data-toast]").get_by_role("button", name="Undo").click()

    page.wait_for_url(address)
    expect(rows(page)).to_have_count(1)
    expect(own(page)).to_have_count(1)


def test_deleting_stops_what_is_being_written(ada, upstream):
    page = ada.open()
    told = upstream.tells("On and on", "Blah ")
    box(page).fill("On and on")
    box(page).press("Enter")
    expect(page.locator("[data-tail]")).to_have_text("Blah")
    page.get_by_role("button", name="More about this conversation").click()
    page.get_by_role("button", name="Delete this conversation").click()
    told.wait_until_left()


def test_a_title_is_edited_where_it_stands(ada):
    page = ada.open()
    begin(page, "Otters")
    title = page.get_by_role("textbox", name="Title of the conversation")
    title.fill("About <i>otters</i>")
    title.press("Enter")
    expect(rows(page)).to_contain_text(["About <i>otters</i>"])
    expect(page).to_have_title("About <i>otters</i> · Chat")
    expect(page.locator("h1")).to_have_text("About <i>otters</i>")
    title.fill("Never mind")
    title.press("Escape")
    expect(title).to_have_value("About <i>otters</i>")
    page.reload()
    expect(title).to_have_value("About <i>otters</i>")


def test_a_title_is_edited_in_the_list(ada):
    page = ada.open()
    begin(page, "Otters")
    begin(page, "Badgers")
    menu(page, "Otters")
    field = rows(page).filter(has_text="Otters").get_by_role("textbox", name="Title")
    field.fill("River otters")
    field.press("Enter")
    expect(rows(page).filter(has_text="River otters")).to_have_count(1)
    expect(page).to_have_title("Badgers · Chat")
    page.reload()
    expect(rows(page).filter(has_text="River otters")).to_have_count(1)


def test_back_and_forward_show_the_right_conversation(ada):
    page = ada.open()
    otters = begin(page, "Otters")
    page.locator("[data-new]").click()
    expect(page.locator(".new__greeting")).to_be_visible()
    ask(page, "Badgers")
    badgers = page.url
    assert badgers != otters

    page.go_back()
    expect(page.locator(".new__greeting")).to_be_visible()
    expect(own(page)).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(otters)
    expect(own(page).locator("[data-text]")).to_have_text(["Otters"])
    page.go_forward()
    page.go_forward()
    expect(page).to_have_url(badgers)
    expect(own(page).locator("[data-text]")).to_have_text(["Badgers"])
    expect(page.locator("[aria-current=page]")).to_have_text("Badgers")
    ask(page, "Still here")
    expect(own(page)).to_have_count(2)


def test_older_conversations_come_as_one_scrolls(ada, site):
    page = ada.open()
    address = begin(page, "The newest")
    public_id = address.rstrip("/").rsplit("/", 1)[-1].replace("-", "")
    columns = [
        str(row[1]) for row in site.query("PRAGMA table_info(conversations_conversation)") if row[1] != "id"
    ]
    fresh = {
        "public_id": "lower(hex(randomblob(16)))",
        "title": "'Old ' || n",
        "updated_at": "datetime(updated_at, '-' || n || ' hours')",
        "leaf_id": "NULL",
    }
    site.query(
        f"""WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 95)
            INSERT INTO conversations_conversation ({", ".join(columns)})
            SELECT {", ".join(fresh.get(name, name) for name in columns)}
            FROM conversations_conversation, count WHERE public_id = %s""",  # noqa: S608 - names of columns
        public_id,
    )
    page.reload()
    expect(rows(page).first).to_contain_text("The newest")
    expect(rows(page)).to_have_count(40)
    end = "list => { list.scrollTo(0, list.scrollHeight); return list.querySelectorAll('[data-row]').length }"
    assert wait_for(lambda: page.locator("#conversation-list").evaluate(end) == 96)
    expect(page.locator(".sidebar__older")).to_have_count(0)
    titles = page.locator("[data-row] bdi").all_inner_texts()
    assert len(set(titles)) == 96
