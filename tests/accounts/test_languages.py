"""Which language a page is in, and how it is chosen."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from chatsite.bodies import asked_language
from conversations.models import Import, Problem, Status
from tests.factories import make_conversation

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture
def sign_in_page(ada):
    return reverse("account_login")


def test_a_page_is_in_the_language_that_the_browser_asks_for(client, sign_in_page):
    page = client.get(sign_in_page, headers=GERMAN)

    assert '<html lang="de"' in page.text
    assert "Passwort vergessen?" in page.text
    assert page.headers["Content-Language"] == "de"


@pytest.mark.parametrize("asked", ["", "en", "fr,it;q=0.5", "xx-nonsense;;q=2,\x00", "de;q=0,en"])
def test_a_page_is_english_for_all_others(client, sign_in_page, asked):
    page = client.get(sign_in_page, headers={"Accept-Language": asked})

    assert '<html lang="en"' in page.text
    assert "data-words" not in page.text


def test_caches_are_told_on_what_it_depends(client, sign_in_page):
    vary = client.get(sign_in_page).headers["Vary"]

    assert {"Accept-Language", "Cookie", "HX-Request"} <= {name.strip() for name in vary.split(",")}


def test_a_choice_without_an_account_stays_in_the_browser(client, sign_in_page):
    answer = client.post(reverse("accounts:set_language"), {"language": "de", "next": sign_in_page})

    assert answer.url == sign_in_page
    assert client.cookies["language"]["httponly"]
    assert '<html lang="de"' in client.get(sign_in_page, headers={"Accept-Language": "en"}).text


def test_a_choice_goes_with_the_person_to_another_browser(browser, ada):
    browser.post(reverse("accounts:set_language"), {"language": "de"})

    elsewhere = Client()
    elsewhere.force_login(ada)
    assert (
        '<html lang="de"'
        in elsewhere.get(reverse("accounts:account"), headers={"Accept-Language": "en"}).text
    )


def test_a_choice_can_be_taken_back(browser, ada):
    browser.post(reverse("accounts:set_language"), {"language": "de"})
    browser.post(reverse("accounts:set_language"), {"language": ""})

    ada.refresh_from_db()
    assert ada.language == ""
    assert '<html lang="en"' in browser.get(reverse("accounts:account")).text


@pytest.mark.parametrize("language", ["xx", "de-DE", "../de", "\0", "d" * 100])
def test_a_language_that_is_not_there_is_refused(browser, ada, language):
    assert browser.post(reverse("accounts:set_language"), {"language": language}).status_code == 422

    ada.refresh_from_db()
    assert ada.language == ""


def test_a_choice_changes_nobody_else(browser, ada, bob):
    browser.post(reverse("accounts:set_language"), {"language": "de", "pk": bob.pk, "user": bob.pk})

    bob.refresh_from_db()
    assert bob.language == ""


def test_a_choice_that_is_offered_no_more_is_passed_over(browser, ada):
    type(ada).objects.filter(pk=ada.pk).update(language="eo")

    assert '<html lang="en"' in browser.get(reverse("accounts:account")).text


def test_one_is_not_led_away_after_choosing(browser, ada):
    answer = browser.post(
        reverse("accounts:set_language"), {"language": "de", "next": "https://evil.example/"}
    )

    assert answer.url == reverse("accounts:account")


def test_the_next_page_of_a_thread_is_english_again(client, sign_in_page):
    client.get(sign_in_page, headers=GERMAN)

    assert "Forgot your password?" in client.get(sign_in_page).text


def test_what_one_may_not_do_is_said_in_the_language(browser, ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.")
    address = reverse("conversations:rename_conversation", args=[conversation.public_id])

    refused = browser.post(address, {"title": "x" * 400}, headers=GERMAN)

    assert "Ein Titel kann" in refused.text


def test_a_problem_is_stored_as_a_word_and_told_as_a_sentence(browser, ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish and")
    generation = conversation.leaf.generation
    generation.status, generation.problem = Status.INTERRUPTED, Problem.BROKEN_OFF
    generation.save()
    address = reverse("conversations:show_conversation", args=[conversation.public_id])

    assert "Was ankam, bleibt erhalten." in browser.get(address, headers=GERMAN).text
    assert "What arrived is kept." in browser.get(address).text


def test_the_words_of_the_scripts_stand_in_the_page(browser, ada):
    page = browser.get(reverse("conversations:new_conversation"), headers=GERMAN).text

    words = json.loads(page.split("data-words>")[1].split("</script>")[0])
    assert words["Copied."] == "Kopiert."


def test_numbers_and_dates_are_written_as_in_the_language(browser, ada):
    make_conversation(ada, "x" * 10, "Fish.")
    text = browser.post(
        reverse("conversations:new_conversation"), {"text": "x" * 200_000, "key": "0" * 32}, headers=GERMAN
    ).text

    assert "200.000 Zeichen" in text


def test_a_missing_page_is_told_in_the_language(browser):
    assert "Hier ist nichts" in browser.get("/nowhere/", headers=GERMAN).text


def test_what_is_heard_of_an_answer_is_in_the_language_of_the_page(browser, ada):
    conversation = make_conversation(ada, "What is left?", "- [x] Urchins[^1]\n\n[^1]: All of them.\n")
    address = reverse("conversations:show_conversation", args=[conversation.public_id])

    page = browser.get(address, headers=GERMAN).text

    assert 'aria-labelledby="word-done"' in page
    assert '<i id="word-done">Fertig</i>' in page
    assert '<i id="word-footnote">Fußnote</i>' in page


def test_why_an_import_failed_is_told_in_the_language_of_who_reads_it(ada):
    why = {"number": 1, "why": "it has %(count)s messages, and at most %(most)s are taken"}
    failed = Import(
        owner=ada,
        problem="No conversation in this file can be read. The first record: %(why)s.",
        skipped=[{**why, "facts": {"count": 12_000, "most": 10_000}}],
    )

    with translation.override("de"):
        german = failed.sentence

    assert "Der erste Eintrag: 12.000 Nachrichten; höchstens 10.000 werden angenommen." in german
    assert failed.reasons == [(1, "it has 12,000 messages, and at most 10,000 are taken")]


def test_what_was_stored_as_a_finished_sentence_is_still_told(ada):
    old = Import(
        owner=ada, problem="100 % of it is damaged.", skipped=[{"number": 2, "why": "50 % is missing"}]
    )

    assert old.sentence == "100 % of it is damaged."
    assert old.reasons == [(2, "50 % is missing")]


def test_what_is_too_large_is_told_in_the_language_that_the_browser_asks_for():
    assert asked_language({b"accept-language": b"de", b"cookie": b""}) == "de"
    assert asked_language({b"accept-language": b"de", b"cookie": b"language=en"}) == "en"
    assert asked_language({}) == "en"
    assert asked_language({b"accept-language": b"\xff\xfe", b"cookie": b"\x00=;;"}) == "en"
