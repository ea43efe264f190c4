"""Ways in, on a site as `make run` makes it: hashed and compressed files, nobody there yet."""

import re

from playwright.sync_api import expect

from tests.served.people import PASSWORD
from tests.served.site import Site

from .chat import ask, own, rows, until


def test_the_first_administrator_and_a_second_person_who_sees_nothing_of_the_first(tmp_path, upstream, visit):
    site = Site(tmp_path, upstream, PLAIN_STATIC=0).start()
    try:
        first = visit(at=site, signed_in=False)
        page = first.open("/")
        expect(page).to_have_url(f"{site.url}/accounts/login/?next=/")
        page.goto(site.set_up_link)
        page.locator("[name=username]").fill("grace")
        page.locator("[name=password1]").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator(".new__greeting")).to_contain_text("Hello, grace.")
        ask(page, "My secret question")
        conversation = page.url

        stranger = visit(at=site, signed_in=False)
        other = stranger.open("/accounts/login/")
        assert other.goto(site.set_up_link).status == 404
        other.goto("/accounts/signup/")
        other.locator("[name=username]").fill("mallory")
        other.locator("[name=password1]").fill(PASSWORD)
        other.keyboard.press("Enter")
        expect(other.locator(".new__greeting")).to_contain_text("Hello, mallory.")
        expect(rows(other)).to_have_count(0)
        refused = other.goto(conversation)
        assert refused.status == 404
        nowhere = other.request.get("/c/00000000-0000-4000-8000-000000000000/")
        assert nowhere.status == 404
        assert "My secret question" not in other.content()
        assert other.goto("/admin/").status == 404

        assert page.goto("/admin/").status == 200
        page.goto(conversation)
        expect(own(page)).to_have_count(1)
    finally:
        site.stop()
    assert "Traceback" not in site.said, site.said


def test_signing_out_forgets_the_drafts_and_the_pages(ada):
    page = ada.open()
    ask(page, "Hello")
    address = page.url
    page.locator("#composer-text").fill("A secret draft")
    until(page, "Object.values(localStorage).includes('A secret draft')")
    page.get_by_role("button", name=re.compile("appearance, .*sign out")).click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"
    page.goto(address)
    expect(page).to_have_url(f"{ada.site.url}/accounts/login/?next={address.removeprefix(ada.site.url)}")


def test_a_password_is_changed_and_the_new_one_opens(visit):
    ada = visit()
    page = ada.open("/accounts/password/change/")
    page.locator("[name=oldpassword]").fill(PASSWORD)
    page.locator("[name=password1]").fill("another long phrase")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "password/change" not in url)
    ada.context.clear_cookies()
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(ada.person.name)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").or_(page.locator(".field__errors, .errorlist")).first).to_be_visible()
    page.locator("[name=password]").fill("another long phrase")
    page.keyboard.press("Enter")
    expect(page.locator(".new__greeting")).to_be_visible()
