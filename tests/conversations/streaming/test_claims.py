from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from conversations.models import Generation, Status
from conversations.streaming.claims import Capacity, claim_next
from tests.factories import add_answer, make_conversation, make_group, make_policy, make_user


def queue(person, answers=1):
    return [
        add_answer(conversation, conversation.leaf, "", status=Status.QUEUED, finished_at=None).generation
        for conversation in (make_conversation(person, "Hello") for _ in range(answers))
    ]


def claimed(capacity, times):
    return [generation and generation.pk for generation in (claim_next("me", capacity) for _ in range(times))]


@pytest.mark.django_db
def test_the_oldest_is_claimed_first_and_none_twice():
    first, second = queue(make_user("ada"), 2)

    assert claimed(Capacity(), 3) == [first.pk, second.pk, None]


@pytest.mark.django_db
def test_a_claim_says_who_runs_it_and_since_when():
    queue(make_user("ada"))

    generation = claim_next("me", Capacity())

    assert (generation.status, generation.owner, generation.fence) == (Status.RUNNING, "me", 1)
    assert generation.started_at < generation.lease_until


@pytest.mark.django_db
def test_who_has_as_many_answers_as_one_person_may_lets_others_pass():
    adas = queue(make_user("ada"), 2)
    (bobs,) = queue(make_user("bob"))

    assert claimed(Capacity(per_person=1), 3) == [adas[0].pk, bobs.pk, None]


@pytest.mark.django_db
def test_a_policy_says_how_many_one_person_may_have_at_once():
    ada, bob, eve = make_user("ada"), make_user("bob"), make_user("eve")
    make_policy(answers_at_once=1)
    make_policy(group=make_group("writers", ada, bob), answers_at_once=2)
    make_policy(person=bob, answers_at_once=3)
    for person in (ada, bob, eve):
        queue(person, 4)

    claimed(Capacity(per_person=4), 12)

    running = Generation.objects.filter(status=Status.RUNNING).values_list(
        "conversation__owner__username", flat=True
    )
    assert sorted(running) == ["ada"] * 2 + ["bob"] * 3 + ["eve"]


@pytest.mark.django_db
def test_no_more_run_than_the_site_may_make_at_once():
    queue(make_user("ada"), 3)

    assert claimed(Capacity(at_once=2), 3)[2] is None


@pytest.mark.django_db(transaction=True)
def test_many_who_claim_at_once_keep_to_the_limits():
    queue(make_user("ada"), 8)

    def claim(_):
        try:
            return claim_next("me", Capacity(per_person=3, at_once=5))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        taken = [generation for generation in threads.map(claim, range(16)) if generation]

    assert len({generation.pk for generation in taken}) == len(taken) == 3
    assert Generation.objects.filter(status=Status.RUNNING).count() == 3


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL may well scan a table this small")
def test_what_is_queued_is_found_without_reading_every_generation():
    plan = Generation.objects.filter(status=Status.QUEUED).explain()

    assert "generation_by_status" in plan, plan


@pytest.mark.django_db(transaction=True)
def test_what_is_stopped_between_the_look_and_the_claim_is_not_run():
    queue(make_user("ada"))

    def stop_first(execute, statement, values, many, context):
        if statement.startswith("UPDATE"):
            with connection.cursor() as cursor:
                cursor.cursor.execute("UPDATE conversations_generation SET status = 'stopped'")
        return execute(statement, values, many, context)

    with connection.execute_wrapper(stop_first):
        assert claim_next("me", Capacity()) is None
    assert Generation.objects.get().status == Status.STOPPED


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one process")
def test_a_process_that_freezes_in_a_transaction_does_not_keep_its_locks():
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("8s",)
