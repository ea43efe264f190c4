"""The trail is a chain: what was changed, removed, added or moved is found; people can still be deleted."""

import logging
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.leaving import forget as forget_person
from accounts.models import User
from conversations.models import Conversation
from conversations.services.errors import Unavailable
from review import trail
from review.models import Action, Pseudonym, ReadEvent, TrailHead
from review.reading import readings_of, who_read_what_of
from review.trail import record
from review.verifying import Anchor, verify
from tests.factories import make_conversation, make_user

from .tables import without_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> User:
    return make_user("rita")


@pytest.fixture
def talks(ada, bob) -> list[Conversation]:
    return [make_conversation(owner, "Hi", "Ho") for owner in (ada, ada, bob)]


@pytest.fixture
def trodden(rita, ada, talks) -> None:
    """A trail of six rows."""
    for talk in talks:
        record(rita, action=Action.OPENED, conversations=[talk], address="192.0.2.7", reason="Ticket 12")
    record(rita, action=Action.SEARCHED, conversations=talks, address=None)
    record(ada, action=Action.LISTED, conversations=[], address="2001:db8::1")
    record(rita, action=Action.EXPORTED, conversations=talks[:2], address="192.0.2.7", reason="Audit")


def sql(statement: str, *values: object) -> None:
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def at(position: int) -> ReadEvent:
    return ReadEvent.objects.get(position=position)


def test_a_trail_as_it_was_written_holds(trodden):
    outcome = verify()

    assert (outcome.broken, outcome.rows) == ("", 6)


def test_a_page_of_hits_is_one_row_and_each_owner_finds_theirs(trodden, ada, bob, talks):
    assert at(4).sightings.count() == 3
    assert [row["action"] for row in who_read_what_of(bob)] == ["opened", "searched"]
    assert [row["action"] for row in who_read_what_of(ada)] == [
        *("opened", "opened", "searched", "searched", "exported", "exported")
    ]
    assert [event.position for event in readings_of(talks[0])] == [6, 1]


def test_why_somebody_read_is_told_only_where_it_was_about_oneself(ada, bob, rita, talks):
    record(rita, action=Action.SEARCHED, conversations=talks, address=None, reason="What bob did")

    assert [row["reason"] for row in who_read_what_of(ada)] == ["", ""]


def test_a_conversation_that_stands_twice_on_a_page_was_seen_once(rita, talks):
    event = record(rita, action=Action.SEARCHED, conversations=[talks[0], talks[0]], address=None)

    assert event.sightings.count() == 1


def test_more_than_a_batch_at_once_is_a_mistake(rita, talks, monkeypatch):
    monkeypatch.setattr(trail, "MOST_AT_ONCE", 2)

    with pytest.raises(ValueError, match="At most 2"):
        record(rita, action=Action.EXPORTED, conversations=talks, address=None)


ALTERED = {
    "when": "UPDATE review_readevent SET at = '2020-01-01 00:00:00.000001+00:00' WHERE position = 3",
    "what was done": "UPDATE review_readevent SET action = 'listed' WHERE position = 3",
    "who": "UPDATE review_readevent SET reader_key ="
    " (SELECT reader_key FROM review_readevent WHERE position = 5) WHERE position = 3",
    "the person": "UPDATE review_readevent SET reader_id ="
    " (SELECT reader_id FROM review_readevent WHERE position = 5) WHERE position = 3",
    "the name": "UPDATE review_readevent SET reader_name = 'mallory' WHERE position = 3",
    "a name emptied": "UPDATE review_readevent SET reader_name = '', address = NULL, reason = ''"
    " WHERE position = 3",
    "the owner's name": "UPDATE review_readevent SET owner_name = 'mallory' WHERE position = 3",
    "the owner's name emptied": "UPDATE review_readevent SET owner_name = '' WHERE position = 3",
    "from where": "UPDATE review_readevent SET address = '192.0.2.8' WHERE position = 3",
    "why": "UPDATE review_readevent SET reason = 'Ticket 13' WHERE position = 3",
    "which": "UPDATE review_readevent SET conversation_id ="
    " (SELECT conversation_id FROM review_readevent WHERE position = 1) WHERE position = 3",
    "what was shown": "UPDATE review_sighting SET conversation_id ="
    " (SELECT conversation_id FROM review_readevent WHERE position = 1)"
    " WHERE event_id = (SELECT id FROM review_readevent WHERE position = 3)",
    "whose it was": "UPDATE review_sighting SET owner_key ="
    " (SELECT reader_key FROM review_readevent WHERE position = 1)"
    " WHERE event_id = (SELECT id FROM review_readevent WHERE position = 3)",
    "less shown": "DELETE FROM review_sighting WHERE event_id ="
    " (SELECT id FROM review_readevent WHERE position = 3)",
    "the hash": "UPDATE review_readevent SET hash = seals WHERE position = 3",
    "seals": "UPDATE review_readevent SET seals = (SELECT seals FROM review_readevent WHERE position = 5)"
    " WHERE position = 3",
}


@pytest.mark.parametrize("statement", ALTERED.values(), ids=ALTERED.keys())
def test_an_altered_row_is_found_and_named(statement, trodden):
    sql(statement)

    outcome = verify()

    assert outcome.rows == 2
    assert outcome.broken.startswith(f"Row 3 (number {at(3).pk}): ")


def remove(position: int) -> None:
    event = at(position).pk
    sql("DELETE FROM review_sighting WHERE event_id = %s", event)
    sql("DELETE FROM review_readevent WHERE id = %s", event)


def test_a_removed_row_is_found(trodden):
    remove(3)

    assert verify().broken.startswith("Row 4 (number ")
    assert "row 3 is missing" in verify().broken


def test_a_tail_that_was_cut_off_is_found(trodden):
    remove(6)
    remove(5)

    assert verify().broken == "Row 5 is missing."


def test_a_tail_is_found_too_when_the_head_was_moved_back(trodden):
    remove(6)
    hash_at_5 = "(SELECT hash FROM review_readevent WHERE position = 5)"
    sql(f"UPDATE review_trailhead SET position = 5, hash = {hash_at_5}")

    assert verify().broken == "The head is not signed by this site."


def test_a_head_of_before_is_found_by_what_an_earlier_check_told(trodden, rita, talks):
    old = TrailHead.objects.values("position", "hash", "signature").get()
    record(rita, action=Action.OPENED, conversations=talks[:1], address=None)
    anchor = verify().head
    remove(7)
    TrailHead.objects.update(**old)

    assert verify().broken == ""
    assert verify(anchor=anchor).broken == "Row 7 is missing: an earlier check saw 7 rows."


def test_another_history_is_found_by_what_an_earlier_check_told(trodden):
    assert verify(anchor=verify().head).broken == ""
    assert "not the one that an earlier check saw" in verify(anchor=Anchor(4, "0" * 64)).broken


def test_an_added_row_is_found(trodden, rita):
    copy = at(2)
    copy.pk, copy.position = None, 7
    copy.save()
    assert verify().broken == "Row 7 stands behind the head."

    TrailHead.objects.update(position=7)
    assert verify().broken == "The head is not signed by this site."


def test_a_row_beside_the_chain_is_found(trodden, rita):
    loose = ReadEvent.objects.create(reader=rita, reader_name="rita", owner_name="ada", action="opened")

    assert f"number {loose.pk} is not in the chain" in verify().broken


def test_swapped_rows_are_found(trodden):
    sql("UPDATE review_readevent SET position = 99 WHERE position = 2")
    sql("UPDATE review_readevent SET position = 2 WHERE position = 3")
    sql("UPDATE review_readevent SET position = 3 WHERE position = 99")

    assert verify().broken.startswith("Row 2 ")


def test_a_key_given_to_somebody_else_is_found(trodden, rita):
    mallory = make_user("mallory")
    Pseudonym.objects.filter(person=rita).update(person=mallory)

    assert "does not belong to the person" in verify().broken


def test_a_key_that_was_destroyed_without_a_word_is_found(trodden, rita):
    Pseudonym.objects.filter(person=rita).delete()
    ReadEvent.objects.filter(reader=rita).erase("reader", "reader_name", "address", "reason")

    assert "the key of a person is missing, and nobody was deleted" in verify().broken


# Deletion


def test_a_deleted_person_leaves_the_chain_whole_and_no_name(trodden, rita, ada, bob):
    ReadEvent.objects.get(position=1)
    forget_person(rita)
    forget_person(ada)

    assert verify().broken == ""
    assert verify().rows == 8
    assert not ReadEvent.objects.filter(reader_name__in=("rita", "ada")).exists()
    assert not ReadEvent.objects.filter(owner_name="ada").exists()
    assert not ReadEvent.objects.exclude(address=None).exists()
    assert not ReadEvent.objects.exclude(reason="").exists()
    assert ReadEvent.objects.filter(owner_name="bob").exists()
    assert set(Pseudonym.objects.values_list("person", flat=True)) == {bob.pk}


def test_who_takes_the_name_later_does_not_take_the_readings(trodden, ada):
    forget_person(ada)
    other = make_user("ada")

    assert list(who_read_what_of(other)) == []


def test_names_left_of_who_was_deleted_are_found(trodden, rita):
    forget_person(rita)
    sql("UPDATE review_readevent SET reader_name = 'rita' WHERE position = 3")

    assert "names somebody who was deleted" in verify().broken


def test_who_never_read_nor_was_read_leaves_nothing(trodden):
    forget_person(make_user("carol"))

    assert verify().rows == 6


# What the database itself refuses


def refused(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


# What stands beside the chain may be emptied, when a person is deleted; the check finds it otherwise.
REFUSED = [statement for what, statement in ALTERED.items() if "emptied" not in what]


def test_the_database_refuses_to_change_the_trail(trodden):
    for statement in [*REFUSED, "DELETE FROM review_readevent", "DELETE FROM review_sighting"]:
        refused(statement)

    assert verify().broken == ""


# A broken head, and keys of the site


def test_nothing_is_read_while_the_head_is_not_ours(trodden, rita, talks, caplog):
    TrailHead.objects.update(signature="forged")

    with pytest.raises(Unavailable), caplog.at_level(logging.ERROR):
        record(rita, action=Action.OPENED, conversations=talks[:1], address=None)

    assert "not signed by this site" in caplog.text
    assert ReadEvent.objects.count() == 6


def test_nothing_is_read_without_a_head_where_there_were_rows(trodden, rita, talks):
    TrailHead.objects.all().delete()

    assert verify().broken == "The head is missing."
    with pytest.raises(Unavailable):
        record(rita, action=Action.OPENED, conversations=talks[:1], address=None)


def test_a_key_of_before_counts_while_it_is_a_fallback(trodden, rita, talks, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 50, [settings.SECRET_KEY]
    record(rita, action=Action.OPENED, conversations=talks[:1], address=None)
    settings.SECRET_KEY_FALLBACKS = []

    assert verify().broken == ""


# The command


def told(*words: str) -> str:
    out = StringIO()
    call_command("verify_trail", *words, stdout=out)
    return out.getvalue()


def test_the_command_says_what_to_keep(trodden):
    out = told()

    anchor = out.strip().rpartition(" ")[2]
    assert out.startswith("6 rows, all as written")
    assert anchor.startswith("6:")
    assert "6 rows" in told("--since", anchor)


def test_the_command_says_the_first_broken_row_and_fails(trodden):
    sql(ALTERED["why"])

    with pytest.raises(
        CommandError, match=r"BROKEN after 2 rows\. Row 3 \(number \d+\): the reason was changed"
    ):
        told()


def test_a_nonsense_anchor_is_told(trodden):
    with pytest.raises(CommandError, match="an anchor is what"):
        told("--since", "yesterday")


def test_rows_of_the_version_before_are_taken_over_when_asked(trodden, ada, rita, talks):
    for public_id, name in ((talks[0].public_id, "ada"), (uuid4(), "nobody here")):
        ReadEvent.objects.create(
            reader=rita, reader_name="rita", owner_name=name, action="opened", conversation_id=public_id
        )
    with pytest.raises(CommandError, match="--take-over"):
        told()

    assert "2 rows taken over." in told("--take-over")
    assert at(7).sightings.get().owner_key == Pseudonym.objects.get(person=ada).key
    assert at(8).owner_name == ""
    assert "9 rows" in told()


def test_the_end_is_signed_again_only_where_all_holds(trodden, rita, talks):
    TrailHead.objects.update(signature="of another key")
    told("--sign-again")
    record(rita, action=Action.OPENED, conversations=talks[:1], address=None)
    assert verify().broken == ""

    TrailHead.objects.update(signature="of another key")
    sql(ALTERED["why"])
    with pytest.raises(CommandError, match="Row 3"):
        told("--sign-again")
    assert not trail.is_signed(TrailHead.objects.get())
