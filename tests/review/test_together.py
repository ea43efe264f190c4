"""Several who read at once make one chain; and what was there before the chain is taken over."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from conversations.models import Conversation
from review.models import Action, Pseudonym, ReadEvent, Sighting, TrailHead
from review.reading import who_read_what_of
from review.taking_over import take_over
from review.trail import record
from review.verifying import verify
from tests.factories import make_conversation, make_user

from .tables import without_triggers

AT_ONCE, EACH = 4, 8


@pytest.fixture
def emptied(transactional_db) -> Iterator[None]:
    """The tables are emptied after a test of several connections, which the database would refuse."""
    yield
    with without_triggers(), connection.cursor() as cursor:
        for table in ("sighting", "readevent"):
            cursor.execute(f"DELETE FROM review_{table}")  # noqa: S608 - two names of ours


def read_often(reader: User, talks: list[Conversation]) -> None:
    try:
        for _ in range(EACH):
            record(reader, action=Action.OPENED, conversations=talks, address=None)
    finally:
        connection.close()


def test_several_writers_make_one_chain(emptied):
    readers = [make_user(f"reader {number}") for number in range(AT_ONCE)]
    talks = [make_conversation(make_user("ada"), "Hi")]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda reader: read_often(reader, talks), readers))

    outcome = verify()
    assert (outcome.broken, outcome.rows) == ("", AT_ONCE * EACH)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one write at a time")
def test_who_finds_no_head_while_another_makes_the_first_row_goes_on(emptied):
    ada, bob = make_user("ada"), make_user("bob")
    talks = [make_conversation(ada, "Hi")]
    others: list[User] = [bob]

    def another_comes_first(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if 'FROM "review_trailhead"' in sql and others:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(read_often, others.pop(), talks).result()
        return result

    with connection.execute_wrapper(another_comes_first):
        record(ada, action=Action.OPENED, conversations=talks, address=None)

    outcome = verify()
    assert (outcome.broken, outcome.rows) == ("", 1 + EACH)


def written_before(reader: User | None, conversation: Conversation | None, **facts: object) -> ReadEvent:
    """A row as the version without a chain left it."""
    public_id = conversation.public_id if conversation else uuid4()
    row = {"reader": reader, "reader_name": "", "action": "opened", "conversation_id": public_id, **facts}
    return ReadEvent.objects.create(**row)


@pytest.mark.django_db
def test_rows_of_before_the_chain_are_taken_over_without_loss(ada, bob):
    rita, gone = make_user("rita"), make_user("gone-1", forgotten_at=ada.date_joined)
    talk = make_conversation(bob, "Hi", "Ho")
    by_id = written_before(
        rita, talk, reader_name="rita", owner_name="bob", reason="Ticket", address="192.0.2.7"
    )
    by_name = written_before(rita, None, reader_name="rita", owner_name="ada", reason="Deleted since")
    too_old = written_before(
        rita,
        None,
        reader_name="rita",
        owner_name="ada",
        reason="Ada the first",
        at=ada.date_joined - timedelta(1),
    )
    of_gone = written_before(gone, talk, reader_name="carol", owner_name="bob", reason="Ticket")
    of_removed = written_before(None, talk, reader_name="dave", owner_name="bob")
    QuerySet(TrailHead).delete()

    assert take_over(apps.get_model) == 5

    assert verify().broken == ""
    for row in (by_id, by_name, too_old, of_gone, of_removed):
        row.refresh_from_db()
    assert (by_id.reader_name, by_id.owner_name, by_id.reason, by_id.address) == (
        *("rita", "bob", "Ticket"),
        "192.0.2.7",
    )
    assert [row["reason"] for row in who_read_what_of(ada)] == ["Deleted since"]
    assert (too_old.owner_name, too_old.reason) == ("", "")
    assert (of_gone.reader, of_gone.reader_name, of_gone.reason) == (None, "", "")
    assert of_removed.reader_name == "dave"
    assert Sighting.objects.count() == 5
    assert set(Pseudonym.objects.values_list("person", flat=True)) == {rita.pk, bob.pk, ada.pk, None}


@pytest.mark.django_db
def test_the_trail_goes_on_behind_what_was_taken_over(ada, bob):
    talk = make_conversation(bob, "Hi", "Ho")
    written_before(ada, talk, reader_name="ada", owner_name="bob")
    take_over(apps.get_model)

    record(ada, action=Action.OPENED, conversations=[talk], address=None)

    assert (verify().broken, verify().rows) == ("", 2)


@pytest.mark.django_db
def test_opening_costs_a_constant_number_of_queries(ada, bob, django_assert_num_queries):
    few = [make_conversation(bob, "Hi")]
    many = [make_conversation(bob, "Hi") for _ in range(20)]
    record(ada, action=Action.OPENED, conversations=few, address=None)

    for talks in (few, many):
        # The head, the keys, the row, what it shows, the head again; and two of the transaction.
        with django_assert_num_queries(7):
            record(ada, action=Action.LISTED, conversations=talks, address=None)
