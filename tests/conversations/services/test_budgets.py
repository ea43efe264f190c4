"""Budgets: set aside before a call, counted after it, whatever happens in between."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.models import (
    Conversation,
    Generation,
    Message,
    Reservation,
    Spending,
    Status,
    Usage,
)
from conversations.models.spending import to_units
from conversations.services.asking import ask, regenerate
from conversations.services.budgets import Estimate, reserve, stand
from conversations.services.compaction import summarise
from conversations.services.errors import TooMany
from conversations.services.keeping import delete_conversation
from conversations.services.limits import limits_of
from conversations.services.settling import release, settle_orphans
from conversations.services.spending import site_day
from conversations.services.stopping import stop_answer
from conversations.services.titles import ask_for_title
from conversations.services.trash import delete_for_ever
from tests.factories import make_conversation, make_group, make_model, make_policy, make_user

from .budgeting import ends, in_threads, sent, told

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def reserved(person) -> int:
    return Spending.objects.get(person=person).reserved_tokens


def test_without_a_budget_nothing_is_set_aside_and_all_is_counted(ada):
    generation = sent(ada)
    assert not Reservation.objects.exists()

    ends(generation, **told(10, 5, cached_tokens=4, cost_usd=Decimal("0.00000001")))

    usage = Usage.objects.get(person=ada)
    assert (usage.calls, usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (1, 10, 5, 4)
    assert usage.cost == 1
    spending = Spending.objects.get(person=ada)
    assert (spending.day_tokens, spending.month_tokens, spending.month_cost) == (15, 15, 1)


def test_what_a_call_may_come_to_is_set_aside_and_given_back_at_its_end(ada):
    make_policy(person=ada, tokens_per_day=10_000)
    generation = sent(ada)
    held = Reservation.objects.get(generation=generation)

    assert held.tokens == held.prompt_tokens + make_model().output_limit
    assert reserved(ada) == held.tokens
    ends(generation, **told(10, 5))
    assert reserved(ada) == 0
    assert not Reservation.objects.exists()
    assert [(it.used, it.left) for it in stand(ada, limits_of(ada))] == [(15, 9_985)]


def test_a_budget_that_is_used_up_says_until_when_and_adds_nothing(ada):
    make_policy(person=ada, tokens_per_day=100)
    with time_machine.travel(NOON):
        ends(sent(ada), **told(90, 10))
        before = Message.objects.count()

        with pytest.raises(
            TooMany, match=r"today, 100 tokens, is used up. It renews on Thursday, 26 November"
        ):
            sent(ada)

    assert Message.objects.count() == before
    with time_machine.travel(datetime(2026, 11, 26, 1, tzinfo=UTC)):
        assert sent(ada).status == Status.QUEUED


def test_money_is_a_budget_too(ada):
    make_model(input_price=Decimal(3), output_price=Decimal(15))
    make_policy(group=make_group("readers", ada), usd_per_month=Decimal("0.01"))
    generation = sent(ada)
    assert Spending.objects.get(person=ada).reserved_cost >= to_units(Decimal("0.06"))

    ends(generation, **told(1_000, 500))  # 0.003 + 0.0075

    with pytest.raises(TooMany, match=r"this month, \$0.01, is used up"):
        sent(ada)


def test_a_new_month_begins_anew_and_a_clock_that_is_behind_takes_nothing_back(ada):
    make_policy(person=ada, tokens_per_month=100)
    with time_machine.travel(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)):
        ends(sent(ada), **told(90, 10))
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC)):
        ends(sent(ada), **told(60, 0))
    with time_machine.travel(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)):
        ends(sent(ada), **told(30, 0))

    spending = Spending.objects.get(person=ada)
    assert (spending.month.month, spending.month_tokens, spending.day_tokens) == (12, 90, 90)


def test_the_day_is_that_of_the_site(ada, settings):
    with time_machine.travel(datetime(2026, 11, 25, 23, 30, tzinfo=UTC)):
        assert site_day().day == 25
        settings.TIME_ZONE = "Europe/Berlin"
        assert site_day().day == 26


def test_what_is_set_aside_for_answers_in_the_making_cannot_be_spent_twice(ada):
    make_policy(person=ada, tokens_per_day=4_000)
    sent(ada)

    with pytest.raises(TooMany, match="set aside for answers that are being written"):
        sent(ada)


@pytest.mark.parametrize(
    ("ending", "counted"),
    [
        ({"status": Status.FAILED, "http_status": 401}, 0),
        ({"status": Status.FAILED}, 0),
        ({"status": Status.STOPPED, "written": 350, "http_status": 200}, 100),
        ({"status": Status.INTERRUPTED, "written": 350}, 100),
        ({"status": Status.DONE, "prompt_tokens": 9_000_000, "written": 350}, 100),  # credits, not tokens
    ],
    ids=["refused", "unreachable", "stopped", "process gone", "not to be trusted"],
)
def test_where_the_model_told_no_count_what_was_written_is_counted(ada, ending, counted):
    make_policy(person=ada, tokens_per_day=100_000)
    generation = sent(ada)
    prompt = Reservation.objects.get().prompt_tokens

    ends(generation, **ending)

    assert Spending.objects.get().day_tokens == (counted and counted + prompt)
    assert reserved(ada) == 0


def test_a_question_that_is_stopped_before_it_ran_gives_all_back(ada):
    make_policy(person=ada, tokens_per_day=100_000)
    generation = sent(ada)

    stop_answer(generation)
    stop_answer(generation)

    assert reserved(ada) == 0
    assert not Usage.objects.exists()


def test_deleting_conversations_brings_nothing_back(ada):
    make_policy(person=ada, tokens_per_day=100)
    generation = ends(sent(ada, temporary=True), **told(90, 10))

    conversation = generation.conversation
    delete_conversation(conversation)
    delete_for_ever(conversation)

    assert Usage.objects.get(person=ada).prompt_tokens == 90
    with pytest.raises(TooMany):
        sent(ada)


def test_an_answer_that_is_deleted_for_ever_in_its_middle_is_counted_in_full(ada):
    make_policy(person=ada, tokens_per_day=100_000)
    generation = sent(ada)
    Generation.objects.update(status=Status.RUNNING)
    held = Reservation.objects.get()
    delete_conversation(generation.conversation)
    delete_for_ever(generation.conversation)
    assert not Generation.objects.exists()

    assert (settle_orphans(), settle_orphans()) == (1, 0)

    assert (reserved(ada), Spending.objects.get().day_tokens) == (0, held.tokens)


def test_usage_outlives_the_person_without_a_name(ada):
    ends(sent(ada), **told(90, 10))

    ada.conversations.all().delete()
    ada.delete()

    assert Usage.objects.get().person is None
    assert not Spending.objects.exists()


def test_titles_and_summaries_are_set_aside_and_counted_and_no_title_is_made_over_the_budget(ada):
    conversation = make_conversation(ada, *[f"Turn {number}." for number in range(8)])
    make_policy(person=ada, tokens_per_month=5_000)
    ask_for_title(conversation)
    title = Generation.objects.get(purpose="title")
    assert Reservation.objects.get(generation=title).tokens > 40
    ends(title, **told(4_000, 999))
    summary = summarise(conversation).generation
    ends(summary, **told(1, 0))

    other = make_conversation(ada, "Hello", "Hi")
    ask_for_title(other)

    assert not other.generations.filter(purpose="title").exists()
    assert Usage.objects.get().calls == 2
    with pytest.raises(TooMany):
        summarise(make_conversation(ada, *[f"Turn {number}." for number in range(8)]))


def test_every_way_of_asking_is_checked(ada):
    make_policy(person=ada, tokens_per_day=0)
    conversation = make_conversation(ada, "Hello", "Hi")

    for way in (
        lambda: sent(ada),
        lambda: ask(conversation, text="More", key=uuid4()),
        lambda: regenerate(conversation.leaf),
    ):
        with pytest.raises(TooMany):
            way()


def test_the_estimate_knows_what_was_said_before_and_how_much_may_be_written(ada):
    make_policy(person=ada, tokens_per_day=1_000_000)
    conversation = make_conversation(ada, "Hello", "Hi", parameters={"max_tokens": 100})
    Generation.objects.update(**told(5_000, 200))

    ask(conversation, text="x" * 350, key=uuid4())

    assert 5_300 <= Reservation.objects.get().tokens - 100 <= 5_330


def test_the_check_is_one_query(ada, django_assert_num_queries):
    make_policy(person=ada, tokens_per_day=1_000_000, usd_per_month=5)
    generation = sent(ada)
    release(generation)
    limits, estimate = limits_of(ada), Estimate("test-model", 10, 10, 0)

    with django_assert_num_queries(2):  # and one that keeps what is set aside
        reserve(ada, generation, estimate, limits)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_questions_at_the_edge_of_a_budget_one_is_let_through():
    ada = make_user("ada")
    make_policy(person=ada, tokens_per_day=1_000, requests_per_minute=1_000)
    ends(sent(ada), **told(900, 99))

    results = in_threads(50, lambda _: sent(ada))

    assert sum(isinstance(result, Generation) for result in results) == 1
    assert all("set aside" in str(result) for result in results if isinstance(result, TooMany))


@pytest.mark.django_db(transaction=True)
def test_twenty_that_are_set_aside_and_end_at_once_leave_the_right_sum():
    ada = make_user("ada")
    make_policy(person=ada, tokens_per_day=10_000_000, requests_per_minute=1_000)

    in_threads(20, lambda number: ends(sent(ada), **told(number, 1)))

    spending = Spending.objects.get()
    assert (spending.day_tokens, spending.reserved_tokens) == (sum(range(20)) + 20, 0)
    assert Usage.objects.get().calls == 20


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "end", "stop", "crash", "delete", "sweep", "day"]), st.integers(0, 9_000)
    ),
    max_size=25,
)


@pytest.mark.django_db
@given(STEPS)
@settings(max_examples=25)
def test_whatever_is_sent_ended_stopped_lost_or_deleted_the_sums_are_right(steps):  # noqa: C901
    with (
        transaction.atomic(),
        time_machine.travel(datetime(2026, 10, 1, 12, tzinfo=UTC), tick=False) as clock,
    ):
        ada = make_user(f"ada{uuid4()}")
        make_policy(person=ada, tokens_per_month=20_000, requests_per_minute=1_000)
        used = 0
        for kind, number in steps:
            running = list(Generation.objects.active().filter(conversation__owner=ada))
            one = running[number % len(running)] if running else None
            if kind == "send":
                open_ones = sum(Reservation.objects.filter(person=ada).values_list("tokens", flat=True))
                try:
                    sent(ada)
                    assert used + open_ones < 20_000
                except TooMany:
                    assert used + open_ones >= 20_000
            elif kind == "day":
                clock.shift(86_400)
                if number > 8_000:
                    continue
            elif kind == "sweep":
                orphans = Reservation.objects.filter(person=ada, generation=None)
                used += sum(orphans.values_list("tokens", flat=True))
                settle_orphans()
            elif one is not None and kind == "end":
                ends(one, **told(number, 1))
                used += number + 1
            elif one is not None and kind == "stop":
                stop_answer(one)
            elif one is not None and kind == "crash":
                prompt = Reservation.objects.get(generation=one).prompt_tokens
                ends(one, Status.INTERRUPTED, written=35 * number)
                used += prompt + 10 * number if number else 0
            elif one is not None and kind == "delete":
                Conversation.objects.filter(pk=one.conversation_id).delete()
            row = Spending.objects.filter(person=ada).first()
            held = sum(Reservation.objects.filter(person=ada).values_list("tokens", flat=True))
            assert (row.reserved_tokens if row else 0) == held
            assert (row.month_tokens if row else 0) == used
            in_usage = Usage.objects.filter(person=ada).values_list("prompt_tokens", "completion_tokens")
            assert sum(map(sum, in_usage)) == used
        transaction.set_rollback(True)
