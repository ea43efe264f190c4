"""A hold is placed and ended in the console, with the keyboard."""

from playwright.sync_api import expect

from .test_review import shown


def test_a_hold_is_placed_on_a_person_and_ended_by_keys(visit):
    ada, bob = visit(staff=True), visit()
    page = ada.open("/review/keeping/")
    shown(page, "Holds")
    page.get_by_label("On all of a person").focus()
    page.keyboard.type(bob.person.name)
    page.get_by_label("Why").focus()
    page.keyboard.type("Case 12")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The hold stands.")).to_be_visible()
    page.wait_for_load_state()
    expect(page.locator(".hold")).to_have_count(1)
    expect(page.locator(".hold")).to_contain_text(bob.person.name)

    page.get_by_text("End it…").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="End the hold").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("No hold stands.")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("link", name="Ended").focus()
    page.keyboard.press("Enter")
    shown(page, "Holds that have ended")
    expect(page.locator(".hold")).to_contain_text("Case 12")
