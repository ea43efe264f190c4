from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from conversations.models import Chunk, Conversation, Generation, Problem, Reservation, Status
from conversations.services.asking import start_conversation
from conversations.streaming.ledger import LEASE
from conversations.streaming.sweep import ORPHANS_EVERY_S, Sweeper, abandoned, take_over
from tests.factories import make_conversation, make_model, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(ada) -> Generation:
    """An answer whose producer stored some words and renews its lease no more."""
    generation = make_conversation(ada, "Otters?", "").leaf.generation
    Generation.objects.update(status=Status.RUNNING, owner="gone", fence=1, lease_until=None)
    Chunk.objects.create(generation=generation, kind="answer", position=0, text="Fish.")
    generation.refresh_from_db()
    return generation


def test_what_has_no_lease_at_two_looks_is_ended_with_its_text(running):
    sweeper = Sweeper("ours")

    assert sweeper.sweep(held=[]) == []
    assert sweeper.sweep(held=[]) == [running.pk]

    running.refresh_from_db()
    assert (running.status, running.problem, running.fence) == (Status.INTERRUPTED, Problem.PROCESS_GONE, 2)
    assert running.message.text == "Fish."
    assert not Chunk.objects.exists()


def test_a_lease_renewed_between_two_looks_is_left_alone(running):
    """As after a jump of the clock: every lease has lapsed at once, and its owner renews it."""
    sweeper = Sweeper("ours")
    sweeper.sweep(held=[])
    Generation.objects.update(lease_until=timezone.now() + timedelta(seconds=10))

    assert sweeper.sweep(held=[]) == []
    assert Generation.objects.get().status == Status.RUNNING


def test_a_lease_that_lapsed_anew_is_not_the_one_that_was_seen(running):
    sweeper = Sweeper("ours")
    sweeper.sweep(held=[])
    Generation.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert sweeper.sweep(held=[]) == []


def test_what_this_process_is_making_has_its_producer(running):
    sweeper = Sweeper("ours")

    assert [sweeper.sweep(held=[running.pk]) for _ in range(3)] == [[], [], []]


def test_after_a_database_that_was_away_it_rests_for_a_lease(running):
    clock = [100.0]
    sweeper = Sweeper("ours", clock=lambda: clock[0])
    with connection.execute_wrapper(no_answer), pytest.raises(OperationalError):
        sweeper.sweep(held=[])

    clock[0] += LEASE.total_seconds() - 1
    assert [sweeper.sweep(held=[]) for _ in range(3)] == [[], [], []]
    clock[0] += 2
    assert [sweeper.sweep(held=[]) for _ in range(2)] == [[], [running.pk]]


def no_answer(execute, statement, values, many, context) -> None:
    raise OperationalError


def test_what_was_set_aside_for_an_answer_that_is_gone_is_counted_once_a_minute(ada):
    make_policy(person=ada, tokens_per_day=100_000)
    now = [100.0]
    sweeper = Sweeper("host:1:me", clock=lambda: now[0])
    for _ in range(2):
        start_conversation(ada, text="Otters?", key=uuid4(), model=make_model())
        Conversation.objects.all().delete()
        assert Reservation.objects.get().generation is None
        sweeper.sweep(())
        assert not Reservation.objects.exists()
        now[0] += ORPHANS_EVERY_S


def test_of_two_sweeps_the_second_finds_nothing_to_take(running):
    assert take_over(running.pk, abandoned(), "ours")
    assert not take_over(running.pk, abandoned(), "ours")
    assert Generation.objects.get().message.text == "Fish."


def test_what_this_process_could_not_save_is_told_as_such(running):
    Generation.objects.update(owner="ours")
    sweeper = Sweeper("ours")
    sweeper.sweep(held=[])

    assert sweeper.sweep(held=[]) == [running.pk]
    assert Generation.objects.get().problem == Problem.NOT_SAVED
    assert Generation.objects.get().message.text == "Fish."
