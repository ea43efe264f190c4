import re
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Conversation, Status
from conversations.services.keeping import delete_conversation
from conversations.views.listing import PAGE
from tests.factories import make_conversation

HTMX = {"HX-Request": "true"}
LIST = "/conversations/"


def test_many_are_chosen_and_changed_with_one_undo(browser, ada):
    first, second, third = (make_conversation(ada, name) for name in ("One", "Two", "Three"))

    page = browser.post(
        LIST, {"chosen": [first.public_id, second.public_id], "change": "delete"}, follow=True
    ).content.decode()

    assert "2 conversations were deleted." in page
    assert 'action="/conversations/undo/"' in page
    assert set(Conversation.objects.visible_to(ada)) == {third}
    assert "That was taken back." in browser.post("/conversations/undo/", follow=True).content.decode()
    assert Conversation.objects.visible_to(ada).count() == 3
    browser.post("/conversations/undo/")
    assert Conversation.objects.visible_to(ada).count() == 3


def test_many_are_moved_into_a_new_folder(browser, ada):
    first, second = make_conversation(ada, "One"), make_conversation(ada, "Two")

    browser.post(LIST, {"chosen": [first.public_id, second.public_id], "change": "move", "new": "Sea"})

    assert list(ada.conversations.values_list("folder", flat=True)) == ["Sea", "Sea"]


@pytest.mark.parametrize("chosen", [[], ["x"], ["\0"], ["00000000-0000-4000-8000-000000000000"]])
def test_nothing_chosen_is_told(browser, ada, chosen):
    make_conversation(ada, "One")

    answer = browser.post(LIST, {"chosen": chosen, "change": "delete"})

    assert answer.status_code == 422
    assert "Choose at least one" in answer.content.decode()


def test_a_stranger_changes_nothing_and_sees_nothing(stranger, ada):
    conversation = make_conversation(ada, "Secret", folder="Hidden")

    assert b"Secret" not in stranger.get(LIST).content
    assert b"Secret" not in stranger.get(LIST, {"folder": "Hidden"}).content
    answer = stranger.post(LIST, {"chosen": [conversation.public_id], "change": "delete"})
    assert answer.status_code == 422
    assert Conversation.objects.visible_to(ada).count() == 1


def test_the_pages_hold_all_and_cost_the_same(browser, ada, django_assert_max_num_queries):
    now = timezone.now()
    model = make_conversation(ada, "Number 0").model
    Conversation.objects.bulk_create(
        Conversation(owner=ada, model=model, title=f"Number {n}", updated_at=now - timedelta(hours=n))
        for n in range(1, PAGE + 10)
    )
    browser.get(LIST)
    with django_assert_max_num_queries(7):
        first = browser.get(LIST).content.decode()
    older = re.search(r'class="choices__older"><a [^>]*href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = browser.get(older).content.decode()

    numbers = [re.findall(r'aria-label="Choose “Number (\d+)”"', page) for page in (first, second)]
    assert len(numbers[0]) == PAGE
    assert sorted(int(n) for page in numbers for n in page) == list(range(PAGE + 10))


def test_the_archive_and_a_folder_are_lists_of_their_own(browser, ada):
    make_conversation(ada, "Archived one", archived=True)
    make_conversation(ada, "Filed one", folder="Sea")
    make_conversation(ada, "Plain one")

    def shown(**place: str) -> set[str]:
        return set(re.findall(r'aria-label="Choose “(\w+) one”"', browser.get(LIST, place).content.decode()))

    assert shown() == {"Filed", "Plain"}
    assert shown(archived="1") == {"Archived"}
    assert shown(folder="Sea") == {"Filed"}
    assert "Nothing is in this folder." in browser.get(LIST, {"folder": "\0nowhere"}).content.decode()


def test_pinned_ones_stand_first_in_the_side_bar_on_all_its_pages(browser, ada):
    now = timezone.now()
    model = make_conversation(ada, "Row 0", pinned=True).model
    Conversation.objects.bulk_create(
        Conversation(
            owner=ada, model=model, title=f"Row {n}", updated_at=now - timedelta(days=n), pinned=n % 2 == 0
        )
        for n in range(1, 100)
    )
    page = browser.get("/").content.decode()
    assert page.count("group__label") == 1
    seen = re.findall(r"Row (\d+)</bdi>", page)
    while older := re.search(r'hx-get="([^"]*before=[^"]*)"', page):
        page = browser.get(older[1].replace("&amp;", "&"), headers=HTMX).content.decode()
        assert ">Pinned<" not in page
        seen += re.findall(r"Row (\d+)</bdi>", page)

    assert [int(n) for n in seen] == [*range(0, 100, 2), *range(1, 100, 2)]


def test_the_marks_of_rows_are_told_and_asked_for_while_an_answer_is_made(browser, ada, bob):
    running, done, foreign = (make_conversation(owner, "Q", "A") for owner in (ada, ada, bob))
    for conversation in (running, foreign):
        conversation.generations.update(status=Status.RUNNING)
    Conversation.objects.filter(pk=done.pk).update(updated_at=timezone.now() + timedelta(seconds=5))

    page = browser.get("/").content.decode()
    assert f'data-poll="/conversations/marks/?of={running.public_id}"' in page
    assert "(new answer)" in page
    of = f"{running.public_id},{done.public_id},{foreign.public_id},x"
    part = browser.get("/conversations/marks/", {"of": of}, headers=HTMX).content.decode()
    assert part.count('hx-swap-oob="true"') == 2
    assert part.count("mark--running") == part.count("mark--unread") == 1

    running.generations.update(status=Status.DONE)
    part = browser.get("/conversations/marks/", {"of": str(running.public_id)}, headers=HTMX).content.decode()
    assert "hx-get" not in part


def test_opening_takes_the_mark_away(browser, ada):
    conversation = make_conversation(ada, "Q", "A")
    Conversation.objects.filter(pk=conversation.pk).update(
        updated_at=timezone.now() - timedelta(seconds=5), seen_at=timezone.now() - timedelta(seconds=9)
    )
    assert "(new answer)" in browser.get("/").content.decode()

    assert "(new answer)" not in browser.get(f"/c/{conversation.public_id}/").content.decode()
    assert "(new answer)" not in browser.get("/").content.decode()


def test_the_side_bar_costs_the_same_however_much_is_in_it(browser, ada, django_assert_max_num_queries):
    make_conversation(ada, "Q", "A", folder="Sea", pinned=True)
    browser.get("/")
    with django_assert_max_num_queries(6):
        assert browser.get("/").status_code == 200
    for n in range(30):
        make_conversation(ada, "Q", "A", folder=f"Folder {n}" if n % 2 else "", pinned=n % 3 == 0)
    with django_assert_max_num_queries(6):
        assert browser.get("/").status_code == 200


def test_the_trash_is_shown_with_its_last_day_and_brought_back(browser, ada, settings):
    settings.TRASH_DAYS = 7
    conversation = make_conversation(ada, "Otters", "Fish")
    delete_conversation(conversation)
    conversation.refresh_from_db()

    page = browser.get("/trash/").content.decode()
    assert "Otters" in page
    assert (conversation.deleted_at + timedelta(days=7)).strftime("%Y-%m-%dT") in page
    browser.post(f"/c/{conversation.public_id}/restore/")
    assert "The trash is empty." in browser.get("/trash/").content.decode()


def test_what_is_in_the_trash_is_deleted_for_ever_one_by_one_or_all(browser, ada):
    rows = [make_conversation(ada, f"Talk {n}", "Fish") for n in range(3)]
    for row in rows[:2]:
        delete_conversation(row)

    assert (
        "gone for ever"
        in browser.post(f"/c/{rows[0].public_id}/delete-for-ever/", follow=True).content.decode()
    )
    assert browser.post(f"/c/{rows[2].public_id}/delete-for-ever/").status_code == 422
    assert "1 conversation is gone for ever." in browser.post("/trash/empty/", follow=True).content.decode()
    assert list(ada.conversations.all()) == [rows[2]]


def test_a_stranger_finds_nothing_in_the_trash(stranger, ada):
    conversation = make_conversation(ada, "Otters", "Fish")
    delete_conversation(conversation)

    assert b"Otters" not in stranger.get("/trash/").content
    assert stranger.post(f"/c/{conversation.public_id}/delete-for-ever/").status_code == 404
    stranger.post("/trash/empty/")
    assert ada.conversations.count() == 1
