import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from conversations import wiring
from conversations.models import Conversation, Generation, Message, Status
from conversations.services.admission import MESSAGES_PER_MINUTE
from conversations.services.keeping import delete_conversation
from tests.factories import make_conversation

HTMX = {"HX-Request": "true"}
NEW = "/"


def form(text: str, **fields: object) -> dict[str, object]:
    return {"text": text, "key": uuid4(), **fields}


def address(name: str, row: Any) -> str:
    return reverse(f"conversations:{name}", args=[row.public_id])


def test_the_new_page_greets_and_offers_starting_points(browser):
    page = browser.get(NEW).content.decode()

    assert "ada" in page
    assert page.count('class="starter"') == 4


def test_the_first_message_leads_to_its_conversation(browser, ada):
    answer = browser.post(NEW, form("Why is the sky blue?"))

    conversation = Conversation.objects.get(owner=ada)
    assert answer.status_code == 302
    assert answer.url == address("show_conversation", conversation)
    assert "Why is the sky blue?" in browser.get(answer.url).content.decode()


def test_htmx_gets_the_main_part_and_the_address(browser):
    answer = browser.post(NEW, form("Why is the sky blue?"), headers=HTMX)

    page = answer.content.decode()
    assert answer.headers["HX-Push-Url"] == address("show_conversation", Conversation.objects.get())
    assert "<html" not in page
    assert page.count("data-stream=") == 1


@pytest.mark.parametrize("text", ["", "   ", "\0", "x" * 32_001])
def test_what_cannot_be_sent_is_told_and_kept(browser, text):
    plain = browser.post(NEW, form(text))
    fragment = browser.post(NEW, form(text), headers=HTMX)

    for answer in (plain, fragment):
        assert answer.status_code == 422
        assert 'aria-invalid="true" aria-describedby="composer-error"' in answer.content.decode()
        assert text.replace("\0", "").strip() in answer.content.decode()
        assert 'role="alert"' in answer.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize("key", ["", "forged", "1" * 500])
def test_a_form_without_a_proper_key_is_to_be_sent_again(browser, key):
    answer = browser.post(NEW, {"text": "Hello", "key": key})

    assert answer.status_code == 422
    assert re.search(r'name="key" value="[0-9a-f-]{36}"', answer.content.decode())
    assert not Message.objects.exists()


def test_sending_twice_with_one_key_is_sending_once(browser, ada):
    once = form("Only once")
    first, second = browser.post(NEW, once), browser.post(NEW, once)

    assert first.url == second.url
    assert Message.objects.filter(role="user").count() == 1
    assert Generation.objects.count() == 1


def test_a_stranger_finds_nothing_and_learns_nothing(stranger, ada):
    conversation = make_conversation(ada, "Secret", "Answer")
    answer = conversation.leaf
    pages = [
        ("get", address("show_conversation", conversation)),
        ("post", address("send_message", conversation)),
        ("get", address("rename_conversation", conversation)),
        ("post", address("delete_conversation", conversation)),
        ("post", address("restore_conversation", conversation)),
        ("get", address("show_message", answer)),
        ("get", address("edit_message", answer)),
        ("post", address("regenerate_message", answer)),
        ("post", address("switch_version", answer)),
        ("get", address("message_text", answer)),
        ("get", address("message_details", answer)),
        ("get", address("events", answer.generation)),
        ("post", address("stop_answer", answer.generation)),
    ]
    for method, url in pages:
        theirs = getattr(stranger, method)(url)
        nobodys = getattr(stranger, method)(re.sub(r"[0-9a-f-]{36}", str(uuid4()), url))
        assert theirs.status_code == nobodys.status_code == 404, url
        assert b"Secret" not in theirs.content
    conversation.refresh_from_db()
    assert conversation.deleted_at is None


def test_sending_adds_the_message_and_an_empty_answer(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    answer = browser.post(
        address("send_message", conversation), form("And?", leaf=conversation.leaf.public_id), headers=HTMX
    )

    page = answer.content.decode()
    assert page.count("<article") == 2
    assert 'hx-swap-oob="true"' in page
    conversation.refresh_from_db()
    assert f'name="leaf" value="{conversation.leaf.public_id}"' in page


def test_a_stale_page_gets_the_newest_state_and_keeps_the_text(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    stale = form("My words", leaf=conversation.messages.get(text="Hello").public_id)

    fragment = browser.post(address("send_message", conversation), stale, headers=HTMX)
    page = browser.post(address("send_message", conversation), stale)

    assert fragment.status_code == 422
    assert page.status_code == 409
    for answer in (fragment, page):
        assert "My words" in answer.content.decode()
        assert "went on elsewhere" in answer.content.decode()
    assert "<article" in fragment.content.decode()
    assert conversation.messages.count() == 2


def test_sending_while_an_answer_is_written_is_refused_with_the_text_kept(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    conversation.generations.update(status=Status.RUNNING)

    answer = browser.post(
        address("send_message", conversation), form("Too soon", leaf=conversation.leaf.public_id)
    )

    assert answer.status_code == 409
    assert "Too soon" in answer.content.decode()


def test_a_forged_leaf_is_not_a_parent(browser, ada, bob):
    foreign = make_conversation(bob, "Bob's", "Answer")
    conversation = make_conversation(ada, "Hello", "Hi")

    answer = browser.post(
        address("send_message", conversation), form("Hang me there", leaf=foreign.leaf.public_id)
    )

    assert answer.status_code == 409
    assert foreign.messages.count() == 2


def test_a_page_costs_the_same_queries_however_long(browser, ada, django_assert_max_num_queries):
    model = wiring.current_model()
    short = make_conversation(ada, "One", "Two", model=model)
    long = make_conversation(ada, *[f"Turn {n}" for n in range(60)], model=model)
    browser.get(address("show_conversation", short))

    for conversation in (short, long):
        with django_assert_max_num_queries(16):
            assert browser.get(address("show_conversation", conversation)).status_code == 200


def test_renaming(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    url = address("rename_conversation", conversation)

    assert browser.get(url).status_code == 200
    assert browser.post(url, {"title": "  Greetings \n again "}).status_code == 302
    conversation.refresh_from_db()
    assert (conversation.title, conversation.title_by_person) == ("Greetings again", True)

    fragment = browser.post(url, {"title": "<b>Bold</b>"}, headers=HTMX).content.decode()
    assert "&lt;b&gt;Bold" in fragment
    assert "<b>Bold" not in fragment


def test_the_address_of_renaming_always_shows_the_form_with_the_title_as_it_is(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    url = address("rename_conversation", conversation)

    browser.post(url, {"title": "Greetings"})
    browser.post(url, {"title": ""})

    for headers in ({}, HTMX):
        answer = browser.get(url, headers=headers)
        assert answer.status_code == 200
        assert 'name="title" value="Greetings"' in answer.content.decode()


@pytest.mark.parametrize("title", ["", "   ", "x" * 121, "x" * 5_000])
def test_a_title_that_cannot_be_is_told(browser, ada, title):
    conversation = make_conversation(ada, "Hello", "Hi")

    answer = browser.post(address("rename_conversation", conversation), {"title": title})

    assert answer.status_code == 422
    conversation.refresh_from_db()
    assert conversation.title == "Hello"


def test_deleting_hides_and_undo_brings_back(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")
    url = address("show_conversation", conversation)

    page = browser.post(address("delete_conversation", conversation), follow=True).content.decode()
    assert address("restore_conversation", conversation) in page
    assert browser.get(url).status_code == 404

    assert browser.post(address("restore_conversation", conversation)).url == url
    assert browser.get(url).status_code == 200


def test_deleting_from_the_list_leaves_a_toast_with_undo(browser, ada):
    conversation = make_conversation(ada, "Hello", "Hi")

    fragment = browser.post(address("delete_conversation", conversation), headers=HTMX).content.decode()

    assert "<html" not in fragment
    assert address("restore_conversation", conversation) in fragment


def test_the_list_is_grouped_by_day_and_paged(browser, ada, django_assert_max_num_queries):
    now = timezone.now()
    for n in range(100):
        row = make_conversation(ada, f"Conversation {n}")
        Conversation.objects.filter(pk=row.pk).update(updated_at=now - timedelta(days=n))

    browser.get(NEW)
    with django_assert_max_num_queries(6):
        page = browser.get(NEW).content.decode()
    assert "Yesterday" in page
    assert "Conversation 0<" in page
    seen = set(re.findall(r"Conversation (\d+)<", page))
    while older := re.search(r'hx-get="([^"]*before=[^"]*)"', page):
        page = browser.get(older.group(1).replace("&amp;", "&"), headers=HTMX).content.decode()
        rows = set(re.findall(r"Conversation (\d+)<", page))
        assert rows
        assert not rows & seen
        seen |= rows
    assert len(seen) == 100


@pytest.mark.parametrize(
    "before",
    [
        *("x", "2026-01-01T00:00:00|1", "|", "2026-13-45T00:00:00+00:00|1", "\0|9" * 40),
        *("0001-01-01T00:00:00+14:00|1", "9999-12-31T23:59:59-12:00|1"),
    ],
)
def test_a_cursor_that_makes_no_sense_is_the_beginning(browser, ada, before):
    make_conversation(ada, "Hello")

    assert (
        "Hello"
        in browser.get(
            reverse("conversations:list_conversations"), {"before": before}, headers=HTMX
        ).content.decode()
    )


def test_the_list_without_javascript_is_a_page(browser, ada):
    make_conversation(ada, "Hello")

    assert "<html" in browser.get(reverse("conversations:list_conversations")).content.decode()


def test_a_trashed_conversation_is_nowhere(browser, ada):
    conversation = make_conversation(ada, "Vanishing act", "Answer")
    delete_conversation(conversation)

    assert "Vanishing act" not in browser.get(NEW).content.decode()


def test_titles_and_messages_are_escaped(browser, ada):
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    conversation = make_conversation(ada, hostile, "Hi", title=hostile)

    page = browser.get(address("show_conversation", conversation)).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize(
    "path", ["/c/99999999999999999999999/", "/c/1/", "/m/x/", "/g/-1/events/", "/c/%00/"]
)
def test_an_address_that_is_none_is_not_found(browser, path):
    assert browser.get(path).status_code == 404


def test_sign_in_is_required(client, ada):
    conversation = make_conversation(ada, "Hello", "Hi")

    answer = client.get(address("show_conversation", conversation))

    assert answer.status_code == 302
    assert "/accounts/login/" in answer.url


def test_too_many_messages_in_a_minute_are_told_when_to_come_back(browser, ada):
    for _ in range(MESSAGES_PER_MINUTE):
        make_conversation(ada, "Hello", "Hi")

    for headers, status in (({}, 429), (HTMX, 422)):
        answer = browser.post(NEW, form("One more"), headers=headers)
        assert (answer.status_code, answer.headers["Retry-After"]) == (status, "60")
        assert "One more" in answer.content.decode()


def test_an_answer_that_ends_while_its_page_is_made_is_shown_as_running_throughout(browser):
    """A page without scripts comes again while an answer runs: half running, it would stay so for ever."""
    browser.post(NEW, form("Why is the sky blue?"))
    generation = Generation.objects.get()

    read = []

    def ends_once_read(execute, sql, params, many, context):
        if read and read.pop():  # all its rows are here: the next statement begins
            Generation.objects.filter(pk=generation.pk).update(status=Status.DONE)
        if sql.startswith('SELECT "conversations_message"."id"') and '"conversations_generation"."id"' in sql:
            read.append(True)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(ends_once_read):
        shown = browser.get(address("show_conversation", generation.conversation)).content.decode()

    generation.refresh_from_db()
    assert generation.status == Status.DONE
    assert 'data-status="queued"' in shown
    assert 'http-equiv="refresh"' in shown
    assert "data-stop" in shown
