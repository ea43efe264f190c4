"""Near a budget one is warned, at its end told until when; an administrator grants more, and it goes on."""

import re

from playwright.sync_api import Page, expect

from .chat import answers, ask, box, expect_status, messages_stored

TOLD = 15  # tokens that the model of the walks tells of each answer


def line(page: Page):
    return page.locator("#budget")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_who_nears_and_reaches_a_budget_goes_on_once_more_was_granted(ada, visit, site):
    (person,) = site.query("SELECT id FROM accounts_user WHERE username = ?", ada.person.name)[0]
    office = visit(staff=True).open(f"/admin/conversations/policy/add/?person={person}")
    office.get_by_label("Tokens a day:", exact=True).fill("18")
    save(office)

    page = ada.open()
    expect(line(page)).to_have_text("18 of 18 tokens left today")
    ask(page, "How near is the end?")
    expect(line(page)).to_have_text(f"{18 - TOLD} of 18 tokens left today")
    expect(line(page)).to_have_class(re.compile("budget--low"))
    ask(page, "And now?")
    expect(line(page)).to_contain_text("is used up. It renews on")
    box(page).fill("One more, please")
    box(page).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Your budget for today, 18 tokens, is used up.")
    expect(box(page)).to_have_value("One more, please")
    assert messages_stored(site, "One more, please") == 0

    office.goto(f"/admin/conversations/grant/add/?person={person}")
    office.get_by_label("For").select_option("Today")
    office.get_by_label("Tokens").fill("100")
    office.get_by_label("Why").fill("The report is due today")
    save(office)
    expect(office.locator("#result_list")).to_contain_text("The report is due today")

    box(page).press("Enter")
    expect(answers(page)).to_have_count(3)
    expect_status(page, "done")
    assert messages_stored(site, "One more, please") == 1
    expect(line(page)).to_have_text(f"{118 - 3 * TOLD} of 118 tokens left today")
    line(page).click()
    expect(page.get_by_role("heading", name="Your usage")).to_be_visible()
    expect(page.locator(".totals")).to_contain_text(str(3 * TOLD))
