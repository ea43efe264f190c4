"""The budget that the people of a group use together, beside their own."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.models import Conversation, Generation, Reservation, Spending, Status, Usage
from conversations.models.spending import to_units
from conversations.services.budgets import Estimate, pots, reserve, shown, stand
from conversations.services.errors import TooMany
from conversations.services.limits import limits_of
from conversations.services.settling import release, settle_orphans
from conversations.services.spending import site_day
from conversations.services.titles import ask_for_title
from tests.factories import make_conversation, make_group, make_model, make_policy, make_user

from .budgeting import ends, in_threads, sent, told

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def pot_of(group) -> Spending:
    return Spending.objects.get(group=group)


def test_what_one_uses_is_out_of_the_pot_of_all(ada, bob):
    team = make_group("Otters", ada, bob)
    make_policy(group=team, pot_tokens_per_day=10_000)
    generation = sent(ada)
    held = Reservation.objects.get()
    assert (pot_of(team).reserved_tokens, held.groups) == (held.tokens, [team.pk])

    ends(generation, **told(90, 10))

    assert (pot_of(team).reserved_tokens, pot_of(team).day_tokens, pot_of(team).month_tokens) == (0, 100, 100)
    assert [(it.used, it.left, it.budget.pot.name) for it in stand(bob, limits_of(bob))] == [
        (100, 9_900, "Otters")
    ]


def test_a_pot_that_is_used_up_stops_everybody_of_the_group_and_says_which_one_and_until_when(ada, bob):
    make_policy(group=make_group("Otters", ada, bob), pot_usd_per_month=Decimal("0.01"))
    make_model(input_price=Decimal(3), output_price=Decimal(15))
    carol = make_user("carol")
    with time_machine.travel(NOON):
        ends(sent(ada), **told(1_000, 500))  # 0.003 + 0.0075

        with pytest.raises(
            TooMany, match=r"budget of “Otters” for this month, \$0.01, is used up. It renews on"
        ):
            sent(bob)
        assert sent(carol).status == Status.QUEUED
    with time_machine.travel(datetime(2026, 12, 1, 1, tzinfo=UTC)):
        assert sent(bob).status == Status.QUEUED


def test_a_refusal_by_the_pot_takes_nothing_of_ones_own(ada):
    team = make_group("Otters", ada)
    make_policy(person=ada, tokens_per_day=100_000)
    make_policy(group=team, pot_tokens_per_day=100)
    ends(sent(ada), **told(90, 10))
    before = Conversation.objects.count()

    with pytest.raises(TooMany):
        sent(ada)

    assert list(Spending.objects.values_list("reserved_tokens", flat=True)) == [0, 0]
    assert (Conversation.objects.count(), Reservation.objects.count()) == (before, 0)


def test_ones_own_budget_stops_though_the_pot_is_full(ada):
    make_policy(group=make_group("Otters", ada), pot_tokens_per_day=100_000, tokens_per_day=100)
    ends(sent(ada), **told(90, 10))

    with pytest.raises(TooMany, match="Your budget for today, 100 tokens"):
        sent(ada)


def test_who_is_in_two_groups_uses_both_pots_and_needs_both(ada, bob):
    one, two = make_group("One", ada), make_group("Two", ada, bob)
    make_policy(group=one, pot_tokens_per_day=10_000)
    make_policy(group=two, pot_tokens_per_day=500)
    ends(sent(ada), **told(300, 0))
    ends(sent(bob), **told(300, 0))

    assert (pot_of(one).day_tokens, pot_of(two).day_tokens) == (300, 600)
    with pytest.raises(TooMany, match="“Two”"):
        sent(ada)


def test_what_a_person_alone_is_allowed_does_not_lift_the_pot(ada):
    make_policy(group=make_group("Otters", ada), pot_tokens_per_day=0)
    make_policy(person=ada, tokens_per_day=10**9)

    with pytest.raises(TooMany, match="“Otters”"):
        sent(ada)


def test_the_tighter_one_is_shown(ada):
    team = make_group("Otters", ada)
    make_policy(person=ada, tokens_per_day=1_000)
    make_policy(group=team, pot_tokens_per_month=400)
    ends(sent(ada), **told(330, 0))

    standing = shown(ada, limits_of(ada))

    assert standing.words == "70 of 400 tokens left this month for all of “Otters”"
    assert standing.is_low


def test_a_pot_that_is_new_knows_what_was_used_before_it(ada, bob):
    team = make_group("Otters", ada, bob)
    with time_machine.travel(NOON):
        for person, days in ((ada, 0), (bob, 3), (bob, 40)):
            Usage.objects.create(
                person=person,
                day=site_day() - timedelta(days=days),
                model="m",
                prompt_tokens=30,
                completion_tokens=4,
            )
        make_policy(group=team, pot_tokens_per_day=1_000)
        sent(bob)

    assert (pot_of(team).day_tokens, pot_of(team).month_tokens) == (34, 68)


def test_a_pot_goes_on_counting_while_it_has_no_limit(ada):
    team = make_group("Otters", ada)
    policy = make_policy(group=team, pot_tokens_per_day=10_000)
    ends(sent(ada), **told(100, 0))
    policy.delete()
    ends(sent(ada), **told(100, 0))

    assert pot_of(team).day_tokens == 200


def test_who_leaves_the_group_in_mid_answer_gives_back_what_was_set_aside(ada):
    team = make_group("Otters", ada)
    make_policy(group=team, pot_tokens_per_day=10_000)
    generation = sent(ada)
    team.user_set.clear()

    ends(generation, **told(100, 0))

    assert (pot_of(team).reserved_tokens, pot_of(team).day_tokens) == (0, 100)


def test_a_question_that_never_ran_and_an_answer_that_is_gone_give_back_too(ada):
    team = make_group("Otters", ada)
    make_policy(group=team, pot_tokens_per_day=100_000)
    release(sent(ada))
    assert (pot_of(team).reserved_tokens, pot_of(team).day_tokens) == (0, 0)
    sent(ada)
    held = Reservation.objects.get()
    Conversation.objects.all().delete()

    settle_orphans()

    assert (pot_of(team).reserved_tokens, pot_of(team).day_tokens) == (0, held.tokens)


def test_titles_are_out_of_the_pot_and_are_not_made_over_it(ada):
    team = make_group("Otters", ada)
    make_policy(group=team, pot_tokens_per_day=100)
    talk = make_conversation(ada, "Hello", "Hi")
    ask_for_title(talk)
    ends(Generation.objects.get(purpose="title"), **told(90, 10))
    other = make_conversation(ada, "Hello", "Hi")

    ask_for_title(other)

    assert pot_of(team).day_tokens == 100
    assert not other.generations.filter(purpose="title").exists()
    assert Spending.objects.get(person=ada).reserved_tokens == 0


def test_all_pots_are_told_to_who_looks_after_them(ada, bob, django_assert_num_queries):
    make_policy(group=make_group("Zebras", ada), pot_tokens_per_day=1_000, pot_usd_per_month=3)
    make_policy(group=make_group("Otters", bob), pot_tokens_per_month=500)
    ends(sent(bob), **told(100, 0))

    with django_assert_num_queries(2):
        found = pots()

    assert [(it.budget.pot.name, it.used) for it in found] == [("Otters", 100), ("Zebras", 0), ("Zebras", 0)]


def test_the_check_with_pots_is_one_query(ada, django_assert_num_queries):
    for name in ("One", "Two", "Three"):
        make_policy(group=make_group(name, ada), pot_tokens_per_day=10**6, pot_usd_per_month=5)
    make_policy(person=ada, tokens_per_day=1_000_000)
    generation = sent(ada)
    release(generation)
    limits = limits_of(ada)

    with django_assert_num_queries(2):  # and one that keeps what is set aside
        reserve(ada, generation, Estimate("test-model", 10, 10, 0), limits)
    assert Spending.objects.filter(reserved_tokens=20).count() == 4
    with django_assert_num_queries(1):
        stand(ada, limits)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_questions_of_ten_people_at_the_edge_of_a_pot_one_is_let_through():
    people = [make_user(f"person{number}") for number in range(10)]
    teams = [make_group(name, *people) for name in ("One", "Two")]
    for team in teams:
        make_policy(group=team, pot_tokens_per_day=1_000, requests_per_minute=1_000)
    ends(sent(people[0]), **told(900, 99))

    results = in_threads(50, lambda number: sent(people[number % 10]))

    assert sum(isinstance(result, Generation) for result in results) == 1
    assert all("set aside" in str(result) for result in results if isinstance(result, TooMany))
    held = Reservation.objects.get()
    assert {pot_of(team).reserved_tokens for team in teams} == {held.tokens}


@pytest.mark.django_db(transaction=True)
def test_thirty_of_ten_people_that_are_asked_and_end_at_once_leave_the_right_sums():
    people = [make_user(f"person{number}") for number in range(10)]
    teams = [make_group("All", *people), make_group("Half", *people[::2])]
    for team in teams:
        make_policy(group=team, pot_tokens_per_day=10**8, requests_per_minute=1_000)

    results = in_threads(30, lambda number: ends(sent(people[number % 10]), **told(number, 1)))

    assert all(isinstance(result, Generation) for result in results)
    sums = [sum(number + 1 for number in range(30) if number % step == 0) for step in (1, 2)]
    assert [pot_of(team).day_tokens for team in teams] == sums
    assert set(Spending.objects.values_list("reserved_tokens", flat=True)) == {0}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "end", "release", "delete", "sweep", "join", "leave"]),
        st.integers(0, 2),
        st.integers(0, 3_000),
    ),
    max_size=20,
)


@pytest.mark.django_db
@given(STEPS)
@settings(max_examples=20)
def test_whoever_sends_ends_joins_and_leaves_the_pot_holds_what_is_set_aside_in_it(steps):
    from uuid import uuid4

    from django.db import transaction

    with transaction.atomic():
        people = [make_user(f"{number}{uuid4()}") for number in range(3)]
        team = make_group(f"Team {uuid4()}", *people)
        make_policy(group=team, pot_tokens_per_month=20_000, requests_per_minute=1_000)
        for kind, number, tokens in steps:
            person = people[number]
            one = Generation.objects.active().filter(conversation__owner=person).order_by("pk").first()
            if kind == "send":
                try:
                    sent(person)
                except TooMany:
                    pot = pot_of(team)
                    assert pot.month_tokens + pot.reserved_tokens >= 20_000
            elif kind == "join":
                team.user_set.add(person)
            elif kind == "leave":
                team.user_set.remove(person)
            elif kind == "sweep":
                settle_orphans()
            elif one is not None and kind == "end":
                ends(one, **told(tokens, 1))
            elif one is not None and kind == "release":
                release(one)
                Generation.objects.filter(pk=one.pk).update(status=Status.STOPPED)
            elif one is not None and kind == "delete":
                Conversation.objects.filter(pk=one.conversation_id).delete()
            held = [it.tokens for it in Reservation.objects.all() if team.pk in it.groups]
            pot = Spending.objects.filter(group=team).first()
            assert (pot.reserved_tokens if pot else 0) == sum(held)
        transaction.set_rollback(True)


def test_money_of_a_pot_is_counted_in_units(ada):
    team = make_group("Otters", ada)
    make_policy(group=team, pot_usd_per_day=Decimal("1.5"))
    make_model(input_price=Decimal(1), output_price=Decimal(1))
    ends(sent(ada), **told(1, 1, cost_usd=Decimal("0.5")))

    assert pot_of(team).day_cost == to_units(Decimal("0.5"))
    assert shown(ada, limits_of(ada)).words == "$1.00 of $1.50 left today for all of “Otters”"
