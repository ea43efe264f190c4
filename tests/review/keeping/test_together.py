"""A hold and a removal at one moment: one of them sees the other. Two removals remove each row once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role, give_roles
from conversations.models import Attachment, Conversation
from conversations.services import removing
from conversations.services.attachments.tidying import empty_withdrawn
from conversations.services.errors import Refusal
from conversations.services.keeping import delete_conversation
from conversations.services.trash import delete_for_ever, empty_trash
from review.keeping.holds import hold_conversation, hold_person, hold_what_is_found, look_again
from review.keeping.pruning import prune_all
from review.keeping.receipts import check_receipts
from review.models import Hold, PurgeReceipt, RetentionPolicy, SavedFilter
from tests.factories import make_attachment, make_conversation, make_user

pytestmark = pytest.mark.django_db(transaction=True)
only_postgres = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
PATIENCE_S = 20


def closing(work):
    try:
        return work()
    finally:
        connection.close()


def place(on: Conversation | User, by: User) -> Hold | None:
    try:
        if isinstance(on, User):
            return hold_person(on, by=by, reason="Case 12", until=None)
        return hold_conversation(on, by=by, reason="Case 12", until=None)
    except Refusal:
        return None


@only_postgres
@pytest.mark.parametrize("whole", [False, True], ids=["on the conversation", "on the person"])
def test_a_removal_waits_for_a_hold_that_is_being_placed(whole):
    ada, rita = make_user("ada"), make_user("rita")
    talk = make_conversation(ada, "Question", "Answer")
    delete_conversation(talk)
    placed, go_on = Event(), Event()

    def holds() -> None:
        with transaction.atomic():
            place(ada if whole else talk, rita)
            placed.set()
            go_on.wait(PATIENCE_S)

    def removes() -> removing.Outcome:
        placed.wait(PATIENCE_S)
        return delete_for_ever(talk)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(closing, holds), pool.submit(closing, removes)
        placed.wait(PATIENCE_S)
        wait_for_a_lock()
        go_on.set()
        first.result(PATIENCE_S)
        outcome = second.result(PATIENCE_S)

    assert (outcome.removed, outcome.kept) == (0, 1)
    assert Conversation.objects.get().withdrawn_at


@only_postgres
@pytest.mark.parametrize("whole", [False, True], ids=["on the conversation", "on the person"])
def test_a_hold_waits_for_a_removal_that_is_under_way(whole, monkeypatch):
    ada, rita = make_user("ada"), make_user("rita")
    talk = make_conversation(ada, "Question", "Answer")
    delete_conversation(talk)
    under_way, go_on = Event(), Event()
    real = removing.count_and_delete

    def slowly(*args, **facts):
        under_way.set()
        go_on.wait(PATIENCE_S)
        return real(*args, **facts)

    monkeypatch.setattr(removing, "count_and_delete", slowly)

    def holds() -> Hold | None:
        under_way.wait(PATIENCE_S)
        return place(ada if whole else talk, rita)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(closing, lambda: delete_for_ever(talk))
        second = pool.submit(closing, holds)
        under_way.wait(PATIENCE_S)
        wait_for_a_lock()
        go_on.set()
        outcome, hold = first.result(PATIENCE_S), second.result(PATIENCE_S)

    assert (outcome.removed, outcome.kept) == (1, 0)
    assert not Conversation.objects.exists()
    # On what is gone none is placed; on the person one is, for what they write from now on.
    assert (hold is not None) == whole


def wait_for_a_lock() -> None:
    """Return once another connection waits for a row, however long that takes on a busy machine."""
    for _ in range(2_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("Nobody waits.")


def test_two_who_prune_at_once_remove_each_row_once(monkeypatch):
    ada = make_user("ada")
    RetentionPolicy.objects.create(sort="ordinary", days=30)
    for _ in range(12):
        make_conversation(ada, "Question", "Answer")
    Conversation.objects.update(updated_at=timezone.now() - timedelta(days=31))
    monkeypatch.setattr(removing, "BATCH", 2)
    start = Barrier(2)

    def prunes() -> int:
        start.wait(PATIENCE_S)
        return prune_all(now=timezone.now()).removed

    with ThreadPoolExecutor(2) as pool:
        removed = [one.result(60) for one in [pool.submit(closing, prunes) for _ in range(2)]]

    assert sum(removed) == 12
    assert not Conversation.objects.exists()
    assert sum(PurgeReceipt.objects.values_list("conversations", flat=True)) == 12
    assert check_receipts()[1] == ""


@only_postgres
def test_a_file_is_not_emptied_while_a_hold_is_being_placed(settings, tmp_path):
    settings.FILES_DIR = tmp_path
    ada, rita = make_user("ada"), make_user("rita")
    talk = make_conversation(ada, "Question", "Answer")
    file = make_attachment(ada, talk.leaf)
    Attachment.objects.update(deleted_at=timezone.now(), withdrawn_at=timezone.now())
    placed, go_on = Event(), Event()

    def holds() -> None:
        with transaction.atomic():
            place(talk, rita)
            placed.set()
            go_on.wait(PATIENCE_S)

    def empties() -> int:
        placed.wait(PATIENCE_S)
        return empty_withdrawn()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(closing, holds), pool.submit(closing, empties)
        placed.wait(PATIENCE_S)
        wait_for_a_lock()
        go_on.set()
        first.result(PATIENCE_S)
        assert second.result(PATIENCE_S) == 0

    assert Attachment.objects.get(pk=file.pk).withdrawn_at


def test_what_a_filter_finds_later_is_kept_outside_of_any_other_transaction():
    ada, rita = make_user("ada"), make_user("rita")
    give_roles(rita, [Role.REVIEWER])
    make_conversation(ada, "Question", "Answer")
    saved = SavedFilter.objects.create(owner=rita, name="Ada", query="person=ada")
    hold = hold_what_is_found(saved, by=User.objects.get(pk=rita.pk), reason="Case 12", until=None)
    make_conversation(ada, "Another", "Answer")

    assert look_again(Hold.objects.get(pk=hold.pk)) == 1
    assert prune_all(now=timezone.now()).removed == 0


def test_who_empties_the_trash_while_holds_are_placed_loses_none_that_stands():
    ada, rita = make_user("ada"), make_user("rita")
    talks = [make_conversation(ada, "Question", "Answer") for _ in range(8)]
    for talk in talks:
        delete_conversation(talk)
    start = Barrier(2)

    def empties() -> removing.Outcome:
        start.wait(PATIENCE_S)
        return empty_trash(ada)

    def holds() -> list[int]:
        start.wait(PATIENCE_S)
        return [talk.pk for talk in talks if place(talk, rita)]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(closing, empties), pool.submit(closing, holds)
        outcome, held = first.result(60), second.result(60)

    left = set(Conversation.objects.values_list("pk", flat=True))
    assert left == set(held)
    assert outcome.removed + len(left) == 8
