"""An answer as it comes: from the first word to the last, through reloads, other tabs, stops and failures."""

import pytest
from playwright.sync_api import expect

from .chat import RICH, answer, answers, ask, box, expect_status, hold, let_go, look, own, send, words


def test_ones_message_stands_at_once_and_the_answer_comes_in_pieces(ada, upstream):
    page = ada.open()
    ask(page, "Hello?")
    told = upstream.tells("Why is the sky blue?")
    held = hold(page, "**/send/")
    send(page, "Why is the sky blue?")
    expect(own(page)).to_have_count(2)
    expect(own(page).last).to_contain_text("Why is the sky blue?")
    expect(own(page).last).to_contain_text("Sending…")
    expect(box(page)).to_have_value("")
    let_go(page, held)
    expect(own(page).last).not_to_contain_text("Sending…")

    told.wait_until_asked()
    expect(answer(page).locator("[data-waiting]")).to_contain_text("Thinking")
    told.say("Because ")
    expect(words(page)).to_have_text("Because")
    told.say("of **air**")
    expect(words(page)).to_have_text("Because of air")
    told.say(".\n\nAnd so on")
    expect(words(page).locator("strong")).to_have_text("air")
    expect_status(page, "running")
    told.end()
    expect_status(page, "done")
    expect(words(page).locator("p")).to_have_count(2)
    expect(words(page)).to_have_text("Because of air.And so on")


def test_what_stands_at_the_end_is_what_a_reload_shows(ada, upstream):
    page = ada.open()
    told = upstream.tells("Tell me all")
    send(page, "Tell me all")
    for at in range(0, len(RICH), 40):
        told.say(RICH[at : at + 40])
    told.end()
    expect_status(page, "done")
    for selector in (
        "h3, h4",
        ".table td",
        "li li",
        "figure pre",
        "[data-math]",
        ".footnotes",
        ".link__host",
    ):
        expect(words(page).locator(selector).first).to_be_attached()
    live = look(answer(page))

    page.reload()

    assert look(answer(page)) == live


def test_a_reload_in_mid_answer_goes_on_from_there(ada, upstream):
    page = ada.open()
    told = upstream.tells("Long one", RICH[:300])
    send(page, "Long one")
    expect(words(page).locator("table, .table").first).to_be_attached()

    page.reload()
    expect(words(page).locator("h3, h4")).to_have_count(1)
    expect_status(page, "running")
    told.say(RICH[300:]).end()
    expect_status(page, "done")
    live = look(answer(page))
    page.reload()

    assert look(answer(page)) == live


def test_a_second_tab_follows_the_same_answer(ada, upstream):
    first = ada.open()
    told = upstream.tells("Both of us", "One two ")
    send(first, "Both of us")
    expect(words(first)).to_have_text("One two")
    second = ada.open(first.url)
    expect(words(second)).to_have_text("One two")

    told.say("three\n\n", RICH).end()

    for page in (first, second):
        expect_status(page, "done")
    assert look(answer(first)) == look(answer(second))


def test_an_answer_goes_on_when_its_tab_is_closed(ada, upstream):
    page = ada.open()
    told = upstream.tells("And when I go?", "It ")
    send(page, "And when I go?")
    expect(words(page)).to_have_text("It")
    address = page.url
    page.close()

    told.say("goes on.").end()

    page = ada.open(address)
    expect_status(page, "done")
    expect(words(page)).to_have_text("It goes on.")
    expect(answers(page)).to_have_count(1)


def test_a_stop_from_another_tab_ends_it_within_a_second(ada, upstream):
    first = ada.open()
    told = upstream.tells("Never ends", "All work ")
    send(first, "Never ends")
    expect(words(first)).to_have_text("All work")
    second = ada.open(first.url)
    expect(words(second)).to_have_text("All work")
    first.evaluate("""() => { new MutationObserver(() => { if (document.querySelector(
        '[data-role=assistant]').dataset.status === 'stopped') window.stoppedAt ??= Date.now()
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-status"] }) }""")

    pressed = second.evaluate("() => { document.querySelector('[data-stop]').click(); return Date.now() }")

    for page in (first, second):
        expect_status(page, "stopped")
        expect(answer(page)).to_contain_text("Stopped.")
        expect(words(page)).to_have_text("All work")
    assert first.evaluate("window.stoppedAt") - pressed <= 1000
    told.wait_until_left(within_s=2)
    first.reload()
    expect(words(first)).to_have_text("All work")
    expect(answer(first)).to_contain_text("Stopped.")


def test_escape_stops_the_answer(ada, upstream):
    page = ada.open()
    told = upstream.tells("Please stop", "No ")
    send(page, "Please stop")
    expect(words(page)).to_have_text("No")

    box(page).press("Escape")

    expect_status(page, "stopped")
    told.wait_until_left()
    ask(page, "And now?")


def test_enter_while_an_answer_comes_says_why_nothing_is_sent(ada, upstream):
    page = ada.open()
    told = upstream.tells("Wait for it", "Soon ")
    send(page, "Wait for it")
    expect(words(page)).to_have_text("Soon")

    send(page, "Meanwhile")

    expect(page.locator("#toasts")).to_contain_text("An answer is being written.")
    expect(box(page)).to_have_value("Meanwhile")
    expect(own(page)).to_have_count(1)
    page.get_by_role("button", name="Stop the answer").click()
    expect_status(page, "stopped")
    expect(box(page)).to_be_focused()
    told.end()


def test_a_failure_before_the_first_word_is_a_sentence_and_retry_works(ada, upstream):
    page = ada.open()
    upstream.tells("Do you work?").fail(401)
    send(page, "Do you work?")
    expect_status(page, "failed")
    expect(answer(page).locator(".problem")).to_contain_text("The server’s access to the model was refused.")
    expect(box(page)).to_have_value("")

    upstream.says("Do you work?", "Now I do.")
    answer(page).get_by_role("button", name="Retry").click()

    expect_status(page, "done")
    expect(words(page)).to_have_text("Now I do.")
    expect(own(page)).to_have_count(1)


@pytest.mark.parametrize("how", ["breaks", "ends without a finish"])
def test_an_answer_that_breaks_off_keeps_its_words_and_says_so(ada, upstream, how):
    page = ada.open()
    told = upstream.tells("Half of it?", "Half of ")
    send(page, "Half of it?")
    expect(words(page)).to_have_text("Half of")
    if how == "breaks":
        told.break_off()
    else:
        told.steps.put("end")

    expect_status(page, "interrupted")
    expect(answer(page).locator(".problem")).to_contain_text("The answer broke off. What arrived is kept.")
    expect(words(page)).to_have_text("Half of")
    live = look(answer(page))
    page.reload()
    assert look(answer(page)) == live

    upstream.says("Half of it?", "All of it.")
    answer(page).get_by_role("button", name="Retry").click()
    expect_status(page, "done")
    expect(words(page)).to_have_text("All of it.")


def test_thoughts_are_folded_and_the_same_after_a_reload(ada, upstream):
    page = ada.open()
    told = upstream.tells("Think first").think("Hm, ", "let me see.")
    send(page, "Think first")
    expect(answer(page).locator("[data-reasoning-text]")).to_have_text("Hm, let me see.")
    expect(answer(page).locator("[data-reasoning]")).not_to_have_attribute("open", "")
    told.say("Done thinking.").end()
    expect_status(page, "done")
    expect(answer(page).locator("summary")).to_contain_text("Thought for")
    live = answer(page).locator("[data-reasoning]").evaluate("element => element.outerHTML")

    page.reload()

    assert answer(page).locator("[data-reasoning]").evaluate("element => element.outerHTML") == live
