"""The box one writes in: nothing typed is lost, nothing is sent twice."""

from playwright.sync_api import expect

from tests.served.people import PASSWORD

from .chat import answers, ask, box, expect_status, hold, let_go, messages_stored, own, send, words


def test_a_draft_survives_a_reload(ada):
    page = ada.open()
    ask(page, "Hello")
    for address, draft in [("/", "A new one, half writ"), (page.url, "An answer, half writ")]:
        page.goto(address)
        box(page).fill(draft)
        page.reload()
        expect(box(page)).to_have_value(draft)
    page.goto("/")
    expect(box(page)).to_have_value("A new one, half writ")
    ask(page, "A new one, whole")
    page.goto("/")
    expect(box(page)).to_have_value("")


def test_a_lost_session_leads_through_the_login_back_to_the_text(ada, site):
    page = ada.open()
    ask(page, "Hello")
    address = page.url
    site.query("DELETE FROM django_session WHERE session_key = %s", ada.person.session)

    send(page, "Sent without a session")

    page.wait_for_url("**/accounts/login/**")
    page.locator("[name=login]").fill(ada.person.name)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    expect(box(page)).to_have_value("Sent without a session")
    assert messages_stored(site, "Sent without a session") == 0
    ask(page, "Sent without a session")
    assert messages_stored(site, "Sent without a session") == 1
    page.reload()
    expect(box(page)).to_have_value("")


def test_two_clicks_and_two_enters_send_one_message(ada, site):
    page = ada.open()
    box(page).fill("Clicked twice, the first of all")
    page.locator("[data-send]").dblclick()
    expect(answers(page)).to_have_count(1)
    expect(words(page)).to_contain_text("You asked")
    box(page).fill("Entered twice")
    held = hold(page, "**/send/")
    box(page).press("Enter")
    box(page).press("Enter")
    page.locator("[data-send]").dispatch_event("click")
    let_go(page, held)
    expect(answers(page)).to_have_count(2)
    expect(words(page)).to_contain_text("You asked: Entered twice")

    assert messages_stored(site, "Clicked twice, the first of all") == 1
    assert messages_stored(site, "Entered twice") == 1
    expect(own(page)).to_have_count(2)


def test_a_page_that_fell_behind_is_told_and_keeps_the_text(visit, site):
    ada = visit()
    elsewhere = visit(person=ada.person)
    page = ada.open()
    ask(page, "One")
    stale = elsewhere.open(page.url)
    expect(own(stale)).to_have_count(1)
    ask(page, "Two")
    elsewhere.forgive("Response Status Error Code 422")

    send(stale, "Three, from behind")

    expect(stale.get_by_role("alert")).to_contain_text("This conversation went on elsewhere.")
    expect(box(stale)).to_have_value("Three, from behind")
    expect(own(stale)).to_have_count(2)
    assert messages_stored(site, "Three, from behind") == 0
    box(stale).press("Enter")
    expect(own(stale)).to_have_count(3)
    expect(words(stale)).to_contain_text("You asked: Three, from behind")


def test_other_tabs_of_one_browser_follow_what_one_of_them_sends(ada):
    first = ada.open()
    ask(first, "One")
    second = ada.open(first.url)
    ask(first, "Two")
    expect(own(second)).to_have_count(2)
    expect(words(second)).to_contain_text("You asked: Two")
    ask(second, "Three")
    expect(own(first)).to_have_count(3)


def test_a_tab_does_not_fetch_what_it_has_sent_itself(ada):
    page = ada.open()
    ask(page, "One")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    ask(page, "Two")
    page.wait_for_load_state("networkidle")
    assert page.url not in fetched


def test_enter_within_a_composition_does_not_send(ada, site):
    page = ada.open()
    box(page).fill("にほん")
    box(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    box(page).dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    expect(box(page)).to_have_value("にほん")
    box(page).press("End")
    box(page).type("ご")
    box(page).press("Enter")
    expect(words(page)).to_contain_text("You asked: にほんご")
    assert messages_stored(site, "にほん") == 0


def test_shift_enter_breaks_the_line(ada):
    page = ada.open()
    box(page).type("one")
    box(page).press("Shift+Enter")
    box(page).type("two")
    expect(box(page)).to_have_value("one\ntwo")
    box(page).press("Enter")
    expect(own(page).locator("[data-text]")).to_have_text("one\ntwo", use_inner_text=True)


def test_a_message_that_is_too_long_is_refused_and_kept(ada, site):
    page = ada.open()
    ada.forgive("Response Status Error Code 422")
    for times in (1, 2):
        box(page).fill("x" * 32_001)
        box(page).press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("32,001 characters")
        expect(box(page)).to_have_value("x" * 32_001)
        expect(own(page)).to_have_count(times - 1)
        box(page).fill("x" * 31_999 + str(times))
        box(page).press("Enter")
        expect(answers(page)).to_have_count(times)
        expect(words(page)).to_contain_text("You asked")
        expect_status(page, "done")  # while an answer is written, Enter does not send
        assert messages_stored(site, "x" * 31_999 + str(times)) == 1


def test_what_was_refused_is_still_there_after_a_reload(ada):
    page = ada.open()
    page.locator("[data-composer][data-started]").wait_for()
    box(page).fill("x" * 32_001)
    page.locator("[data-send]").click()
    expect(page.get_by_role("alert")).to_contain_text("32,001")
    page.wait_for_timeout(400)

    page.reload()

    expect(box(page)).to_have_value("x" * 32_001)


def test_beginnings_of_ours_step_aside_for_words_of_ones_own(ada):
    page = ada.open()
    starter = page.locator(".starter").first
    expect(starter).to_be_visible()
    box(page).fill("My own beginning")
    expect(starter).to_be_hidden()
    box(page).fill("")
    starter.click()
    expect(own(page)).to_have_count(1)


def test_spaces_alone_are_not_sent(ada, site):
    page = ada.open()
    box(page).fill("   \n ")
    box(page).press("Enter")
    page.locator("[data-send]").dispatch_event("click")
    ask(page, "Something")
    expect(own(page)).to_have_count(1)


def test_text_is_kept_as_it_was_typed(ada, site):
    text = '  <b>not bold</b> & "quotes" \u202e 👩\u200d👩\u200d👧 \ud83d\ude00 שלום\n\n\tend  '.encode(
        "utf-16", "surrogatepass"
    ).decode("utf-16")
    page = ada.open()
    ask(page, text)
    assert own(page).locator("[data-text]").evaluate("element => element.textContent") == text
    assert messages_stored(site, text) == 1
    page.reload()
    assert own(page).locator("[data-text]").evaluate("element => element.textContent") == text
