import re

import pytest
from django.urls import reverse

from conversations.models import Message
from conversations.services.branching import show_version
from conversations.services.search.finding import PAGE
from tests.factories import add_answer, make_conversation

HTMX = {"HX-Request": "true"}
SEARCH = "/search/"


def page_of(client, query: str, **options: object) -> str:
    return client.get(SEARCH, {"q": query}, **options).content.decode()


def test_the_page_shows_what_was_found_and_leads_to_it(browser, ada):
    conversation = make_conversation(ada, "What do otters eat?", "Fish.", title="Animals")
    question = conversation.messages.get(text="What do otters eat?")

    page = page_of(browser, "otters")

    assert "<html" in page
    assert "What do <mark>otters</mark> eat?" in page
    address = reverse("conversations:show_conversation", args=[conversation.public_id])
    assert f'href="{address}?m={question.public_id}#m-{question.public_id}"' in page
    assert browser.get(f"{address}?m={question.public_id}").status_code == 200


def test_htmx_gets_only_what_was_found(browser, ada):
    make_conversation(ada, "What do otters eat?", "Fish.")

    part = page_of(browser, "otters", headers=HTMX)

    assert "<html" not in part
    assert "<mark>otters</mark>" in part


def test_a_stranger_finds_nothing(stranger, ada):
    make_conversation(ada, "What do otters eat?", "Fish.")

    page = page_of(stranger, "otters")

    assert "Nothing was found." in page
    assert "<mark>" not in page


def test_what_cannot_be_understood_is_told_with_the_typed_text_kept(browser):
    for headers in ({}, HTMX):
        answer = browser.get(SEARCH, {"q": "before:soon"}, headers=headers)
        assert answer.status_code == 422
        assert "is not a date" in answer.content.decode()
    assert 'value="before:soon"' in browser.get(SEARCH, {"q": "before:soon"}).content.decode()


def test_hostile_text_stays_text(browser, ada):
    hostile = '<script>alert("otters")</script><mark>'
    make_conversation(ada, hostile, "Hi", title=hostile)

    page = page_of(browser, "otters")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&quot;<mark>otters</mark>&quot;)&lt;/script&gt;&lt;mark&gt;" in page
    assert "<mark></mark>" not in page_of(browser, "<mark>")


@pytest.mark.parametrize(
    "query", ["x" * 10_000, '"' * 99, "NEAR(a b, 3)", "a AND", "\0", "%", "*", "a:b:c", "' OR 1=1 --"]
)
def test_whatever_is_typed_is_answered(browser, ada, query):
    make_conversation(ada, "Hello", "Hi")

    assert browser.get(SEARCH, {"q": query}).status_code in {200, 422}


@pytest.mark.parametrize("older", ["", "x", "-1", "9" * 40, "1.5", "\0", "٣"])
def test_a_place_that_makes_no_sense_is_the_beginning(browser, ada, older):
    make_conversation(ada, "Otters", "Fish")

    assert "<mark>Otters</mark>" in browser.get(SEARCH, {"q": "otters", "older": older}).content.decode()


def test_older_messages_come_by_a_link(browser, ada):
    make_conversation(ada, *[f"otter {n}." for n in range(PAGE + 5)], title="Animals")
    first = page_of(browser, "otter")

    link = re.search(r'hx-get="([^"]+older=[^"]+)"', first)[1].replace("&amp;", "&")
    part = browser.get(link, headers=HTMX).content.decode()
    page = browser.get(link).content.decode()

    assert first.count("data-hit") == PAGE
    assert part.count("data-hit") == page.count("data-hit") == 5
    assert part.lstrip().startswith("<li>")
    assert "<html" in page


def test_conversations_alone_are_paged_too(browser, ada):
    for n in range(PAGE + 2):
        make_conversation(ada, f"Number {n}", pinned=True)

    first = browser.get(SEARCH, {"q": "is:pinned"}).content.decode()
    link = re.search(r'href="([^"]+older=[^"]+)"', first)[1].replace("&amp;", "&")

    assert first.count("data-hit") == PAGE
    assert browser.get(link).content.decode().count("data-hit") == 2


def test_what_is_in_another_version_is_offered_and_nothing_changes_by_itself(browser, ada):
    conversation = make_conversation(ada, "Question", "First answer about otters")
    first = conversation.leaf
    second = add_answer(conversation, first.parent, "Second answer")
    show_version(second)
    address = reverse("conversations:show_conversation", args=[conversation.public_id])

    page = browser.get(address, {"m": first.public_id}).content.decode()

    switch = reverse("conversations:switch_version", args=[first.public_id])
    assert "in another version" in page
    assert f'action="{switch}"' in page
    conversation.refresh_from_db()
    assert conversation.leaf == second
    assert browser.post(switch).url == f"{address}#m-{first.public_id}"
    assert "in another version" not in browser.get(address, {"m": first.public_id}).content.decode()


def test_a_message_of_another_conversation_is_not_offered(browser, ada, bob):
    conversation = make_conversation(ada, "Question", "Answer")
    address = reverse("conversations:show_conversation", args=[conversation.public_id])
    for other in (make_conversation(ada, "Other"), make_conversation(bob, "Secret")):
        message = Message.objects.get(conversation=other)
        assert "another version" not in browser.get(address, {"m": message.public_id}).content.decode()
    assert browser.get(address, {"m": "nonsense"}).status_code == 200


def test_every_page_has_the_field(browser):
    assert 'action="/search/"' in browser.get("/").content.decode()


def test_the_queries_of_a_page_do_not_grow(browser, ada, django_assert_max_num_queries):
    make_conversation(ada, "otter", "otter", title="otter")
    page_of(browser, "otter")
    with django_assert_max_num_queries(15):
        page_of(browser, "otter")
    for _ in range(30):
        make_conversation(ada, "otter", "otter", title="otter")
    with django_assert_max_num_queries(15):
        page_of(browser, "otter")
