"""What breaks on the way: the server killed or deployed in mid-answer, the network gone."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conversations.management.processes import wait_for
from tests.served.site import Site

from .chat import (
    answer,
    answers,
    ask,
    box,
    expect_status,
    look,
    messages_stored,
    own,
    send,
    stored_answer,
    until,
    words,
)
from .upstream import Telling, Upstream


def ask_slowly(page: Page, site: Site, upstream: Upstream, question: str) -> Telling:
    """Ask `question` and return its answer once the first words of it stand in the page and on the disk."""
    told = upstream.tells(question, "The first words. ")
    send(page, question)
    expect(words(page)).to_have_text("The first words.")
    assert wait_for(lambda: stored_answer(site, question).startswith("The first words."))
    return told


def test_a_killed_server_keeps_the_words_so_far_and_retry_works(own_site, visit, upstream):
    page = visit(at=own_site).open()
    told = ask_slowly(page, own_site, upstream, "Will you be killed?")
    own_site.kill()
    told.wait_until_left()
    expect(words(page)).to_contain_text("The first words.")
    expect(page.locator("[data-offline]")).to_contain_text("Reconnecting…")
    own_site.start()

    expect_status(page, "interrupted")
    expect(answer(page).locator(".problem")).to_contain_text("The server was restarted while answering.")
    expect(words(page)).to_have_text("The first words.")
    expect(page.locator("[data-offline]")).to_be_hidden()
    live = look(answer(page))
    page.reload()
    assert look(answer(page)) == live
    assert messages_stored(own_site, "Will you be killed?") == 1
    assert own_site.query("SELECT count(*) FROM conversations_chunk") == [(0,)]

    upstream.says("Will you be killed?", "Not twice.")
    answer(page).get_by_role("button", name="Retry").click()
    expect_status(page, "done")
    expect(words(page)).to_have_text("Not twice.")


def test_the_first_message_to_a_server_that_is_gone_is_told_and_kept(visit):
    ada = visit()
    page = ada.open()
    ada.forgive("htmx:sendError", "htmx:afterRequest", "htmx:timeout")
    until(page, "performance.getEntriesByType('resource').some(({ name }) => /unsent/.test(name))")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    send(page, "Is anybody there?")
    expect(page.locator("body")).to_contain_text("Not sent: the site cannot be reached.")
    expect(box(page)).to_have_value("Is anybody there?")
    page.context.set_offline(False)
    page.reload()
    expect(box(page)).to_have_value("Is anybody there?")


def test_a_server_killed_before_the_first_word_keeps_the_question(own_site, visit, upstream):
    page = visit(at=own_site).open()
    told = upstream.tells("Anybody there?")
    send(page, "Anybody there?")
    # The model may be asked before the browser has its answer: what nobody heard of has a walk below.
    expect_status(page, "running")
    told.wait_until_asked()
    own_site.kill()
    own_site.start()

    expect_status(page, "failed")
    expect(own(page).locator("[data-text]")).to_have_text(["Anybody there?"])
    expect(answer(page).get_by_role("button", name="Retry")).to_be_visible()
    assert messages_stored(own_site, "Anybody there?") == 1


def test_a_deploy_lets_an_answer_end_or_ends_it_and_loses_nothing(own_site, visit, upstream):
    ends, hangs = visit(at=own_site).open(), visit(at=own_site).open()
    ending = ask_slowly(ends, own_site, upstream, "Can you finish?")
    ask_slowly(hangs, own_site, upstream, "Can you not?")

    own_site.terminate()
    ending.say("The last words.").end()
    own_site.wait_until_gone()
    expect(words(hangs)).to_have_text("The first words.")
    own_site.start()

    expect_status(ends, "done")
    expect(words(ends)).to_have_text("The first words. The last words.")
    expect_status(hangs, "interrupted")
    expect(words(hangs)).to_have_text("The first words.")
    for question in ("Can you finish?", "Can you not?"):
        assert messages_stored(own_site, question) == 1


def test_a_network_that_comes_back_catches_up_without_doubling(ada, upstream):
    page = ada.open()
    told = upstream.tells("Through a tunnel?", "Before. ")
    send(page, "Through a tunnel?")
    expect(words(page)).to_have_text("Before.")

    ada.context.set_offline(True)
    expect(page.locator("[data-offline]")).to_be_visible()
    told.say("In the tunnel.\n\n", "More")
    ada.context.set_offline(False)
    told.say(" after.").end()

    expect_status(page, "done")
    expect(words(page).locator("p")).to_have_text(["Before. In the tunnel.", "More after."])
    expect(page.locator("[data-offline]")).to_be_hidden()
    live = look(answer(page))
    page.reload()
    assert look(answer(page)) == live


def test_a_message_that_could_not_be_sent_says_so_and_is_sent_once_by_retry(ada, site):
    page = ada.open()
    ada.forgive("htmx:sendError", "htmx:afterRequest", "htmx:timeout")
    send(page, "Hello")
    expect_status(page, "done")
    ada.context.set_offline(True)

    send(page, "Into the void")

    expect(own(page).last).to_contain_text("Not sent: the site cannot be reached.")
    box(page).fill("And a draft meanwhile")
    ada.context.set_offline(False)
    own(page).last.get_by_role("button", name="Retry").click()
    expect(answers(page)).to_have_count(2)
    expect_status(page, "done")
    expect(words(page)).to_have_text("You asked: Into the void")
    expect(box(page)).to_have_value("And a draft meanwhile")
    assert messages_stored(site, "Into the void") == 1


def test_a_message_that_could_not_be_sent_is_back_in_the_box_after_a_reload(ada, site):
    page = ada.open()
    ada.forgive("htmx:sendError", "htmx:afterRequest", "htmx:timeout")
    send(page, "Hello")
    expect_status(page, "done")
    page.route("**/send/", lambda route: route.abort())
    send(page, "Kept for later")
    expect(own(page).last).to_contain_text("Not sent")
    page.unroute_all()

    page.reload()

    expect(own(page)).to_have_count(1)
    expect(box(page)).to_have_value("Kept for later")
    assert messages_stored(site, "Kept for later") == 0


@pytest.mark.parametrize("first", [True, False], ids=["the-first", "a-later-one"])
def test_a_message_whose_receipt_is_lost_is_stored_once_however_often_it_is_sent(ada, site, first):
    question = f"Did you get this, the first: {first}?"
    page = ada.open()
    ada.forgive("htmx:sendError", "htmx:afterRequest", "htmx:timeout")
    if not first:
        ask(page, "Hello")
    lose_receipts(page)

    send(page, question)
    expect(page.locator("body")).to_contain_text("Not sent: the site cannot be reached.")
    assert messages_stored(site, question) == 1
    page.unroute_all()
    if first:
        box(page).press("Enter")
    else:
        own(page).last.get_by_role("button", name="Retry").click()

    expect_status(page, "done")
    expect(words(page)).to_have_text(f"You asked: {question}")
    assert messages_stored(site, question) == 1


def lose_receipts(page: Page) -> None:
    """Let whatever the page sends come to the site, and nothing come back."""

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route("**/*", lose)
