"""An answer is written, and the person leaves, comes back, loses the line, the session or the modules."""

from collections.abc import Iterator
from contextlib import suppress
from time import monotonic

import pytest
from playwright.sync_api import Error, Page, Request, expect

from tests.conversations.management.processes import wait_for
from tests.served.people import PASSWORD

from .chat import answer, ask, box, expect_status, look, messages_stored, own, send, until, words
from .proxy import Proxy
from .upstream import Telling, Upstream
from .visitor import Visitor

MODULES = ["vendor/htmx", "js/app", "js/composer", "js/sending", "js/stream", "js/partial"]


def begin(page: Page, upstream: Upstream, question: str) -> Telling:
    """Ask `question`, and return its answer once its first words stand in the page."""
    told = upstream.tells(question, "First. ")
    send(page, question)
    expect(words(page)).to_have_text("First.")
    return told


def sign_in_again(page: Page, visitor: Visitor) -> None:
    page.wait_for_url("**/accounts/login/**")
    assert visitor.person is not None
    page.locator("[name=login]").fill(visitor.person.name)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


def ends_like_a_reload(page: Page) -> None:
    expect_status(page, "done")
    live = look(answer(page))
    page.reload()
    assert look(answer(page)) == live


def test_back_in_mid_answer_shows_what_came_meanwhile_and_sends_nothing(ada, upstream, site):
    page = ada.open()
    posted: list[Request] = []
    page.on("request", lambda request: posted.append(request) if request.method == "POST" else None)
    told = begin(page, upstream, "And when one looks elsewhere?")

    page.goto("/help/keys/")
    told.say("Second. ")
    page.go_back()
    expect(words(page)).to_have_text("First. Second.")
    page.get_by_role("link", name="New conversation").first.click()
    expect(page.locator("#transcript-messages")).to_have_count(0)
    told.say("Third. ")
    page.go_back()
    expect(words(page)).to_have_text("First. Second. Third.")
    told.say("Last.").end()

    expect(words(page)).to_have_text("First. Second. Third. Last.")
    ends_like_a_reload(page)
    assert len(posted) == 1
    assert messages_stored(site, "And when one looks elsewhere?") == 1


def test_a_line_that_is_cut_says_so_and_catches_up_when_it_is_mended(proxy, visit, upstream):
    page = visit(through=proxy.url).open()
    told = begin(page, upstream, "Through a tunnel on wheels?")

    proxy.cut()
    expect(page.locator("[data-offline]")).to_have_text("Reconnecting…")
    expect(words(page)).to_have_text("First.")
    told.say("In the tunnel. ")
    proxy.mend()

    expect(words(page)).to_have_text("First. In the tunnel.")
    expect(page.locator("[data-offline]")).to_be_hidden()
    told.say("Behind it.").end()
    ends_like_a_reload(page)


@pytest.fixture
def proxy(site) -> Iterator[Proxy]:
    proxy = Proxy(site)
    yield proxy
    proxy.close()


def test_a_conversation_that_is_deleted_elsewhere_is_gone_here(visit, upstream):
    ada = visit()
    page = ada.open()
    told = begin(page, upstream, "Will you be deleted?")
    elsewhere = visit(person=ada.person).open(page.url)
    expect(words(elsewhere)).to_have_text("First.")

    page.get_by_role("button", name="More about this conversation").click()
    page.get_by_role("button", name="Delete this conversation").click()

    told.wait_until_left(2)
    expect(elsewhere.get_by_role("heading", name="There is nothing here")).to_be_visible(timeout=5000)


def test_who_signs_out_elsewhere_is_signed_out_here_and_finds_the_answer_later(visit, upstream):
    ada = visit()
    page, other = ada.open(), ada.open()
    told = begin(page, upstream, "Will I be here?")
    address = page.url

    other.get_by_role("button", name="sign out").first.click()
    other.get_by_role("button", name="Sign out", exact=True).click()

    page.wait_for_url("**/accounts/login/**", timeout=5000)
    told.say("Last.").end()
    sign_in_again(page, ada)
    page.wait_for_url(address)
    expect(words(page)).to_have_text("First. Last.")


def test_whose_account_is_closed_is_led_to_the_login_and_the_answer_ends(visit, upstream):
    ada = visit()
    page = ada.open()
    told = begin(page, upstream, "Am I welcome?")
    admin = visit(staff=True)
    form = admin.context.new_page()
    assert ada.person is not None
    form.goto(f"/admin/accounts/user/?q={ada.person.name}")
    form.get_by_role("link", name=ada.person.name, exact=True).click()
    form.get_by_label("Active").uncheck()
    form.get_by_role("button", name="Save", exact=True).click()

    told.wait_until_left(2)
    page.wait_for_url("**/accounts/login/**", timeout=5000)


def test_what_one_was_typing_when_the_session_ended_is_there_after_the_login(ada, site, upstream):
    page = ada.open()
    told = begin(page, upstream, "How long is a session?")
    address = page.url
    box(page).press_sequentially("What I was about to say")
    site.query("DELETE FROM django_session WHERE session_key = %s", ada.person.session)

    sign_in_again(page, ada)

    page.wait_for_url(address)
    expect(box(page)).to_have_value("What I was about to say")
    told.say("Last.").end()
    expect_status(page, "done")


def test_the_first_message_of_a_session_that_has_ended_is_not_lost(ada, site):
    page = ada.open()
    site.query("DELETE FROM django_session WHERE session_key = %s", ada.person.session)
    send(page, "The first after a night")

    sign_in_again(page, ada)

    page.wait_for_url("**/")
    expect(box(page)).to_have_value("The first after a night")
    ask(page, "The first after a night")
    assert messages_stored(site, "The first after a night") == 1


@pytest.mark.parametrize("module", MODULES)
def test_one_sends_and_reads_also_when_a_module_does_not_come(visit, site, module):
    ada = visit()
    ada.forgive("net::ERR_FAILED", "Failed to fetch dynamically imported module")
    ada.context.route(f"**/{module}*.js", lambda route: route.abort())
    page = ada.context.new_page()
    page.goto("/")
    for number in (1, 2):
        question = f"Without {module}, {number}"
        box(page).fill(question)
        page.locator("[data-send]").click()
        expect(own(page)).to_have_count(number)
        assert wait_for(lambda asked=question: reads(page, f"You asked: {asked}"))
        assert messages_stored(site, question) == 1


def reads(page: Page, text: str) -> bool:
    """Return whether the newest answer is `text` and at its end, at the latest after a reload."""

    def stands() -> bool:
        return words(page).inner_text() == text and answer(page).get_attribute("data-status") == "done"

    with suppress(Error):  # the page may be loading itself again at this moment
        if not stands():
            page.reload()
        return stands()
    return False


def test_six_tabs_follow_and_a_seventh_still_opens(ada, upstream):
    tabs = [ada.open()]
    told = [begin(tabs[0], upstream, "Six at once, one?")]
    tabs.append(ada.open())
    told.append(begin(tabs[1], upstream, "Six at once, two?"))
    tabs += [ada.open(tabs[number % 2].url) for number in range(4)]
    for one in told:
        one.say("Second. ")

    ada.open("/help/keys/").close()
    for tab in tabs:
        expect(words(tab)).to_have_text("First. Second.")
    for one in told:
        one.say("Last.").end()
    for tab in tabs:
        expect(words(tab)).to_have_text("First. Second. Last.")
        expect_status(tab, "done")


PASTE_S = 10  # of a busy machine; it was a minute when each line of a book looked for its direction


@pytest.mark.parametrize("text", ["lines\nof words " * 67_000, "👩" * 250_000], ids=["words", "emoji"])
def test_a_pasted_megabyte_is_refused_with_its_count_and_kept(ada, site, text):
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = ada.open()
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    began = monotonic()
    box(page).press("Control+v")
    expect(page.locator("[data-note]")).to_contain_text("of 32,000 characters")
    page.evaluate("new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)))")
    assert monotonic() - began < PASTE_S
    box(page).press("Enter")

    expect(page.locator("body")).to_contain_text(f"This message has {len(text):,} characters")
    assert box(page).input_value() == text
    page.reload()
    until(page, "document.querySelector('#composer-text').value !== ''")
    assert box(page).input_value() == text
    assert messages_stored(site, text) == 0
