from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from conversations.models import Period, Policy
from conversations.services.errors import Refusal
from conversations.services.limits import UNLIMITED, Budget, limits_of, refuse_without
from conversations.views.allowed import limits_shown
from tests.factories import make_group, make_policy


def test_where_nobody_says_anything_all_is_allowed_and_nothing_is_limited(ada):
    assert limits_of(ada) == UNLIMITED


def test_what_is_said_of_the_person_counts_before_the_groups_and_those_before_everybody(ada):
    make_policy(tokens_per_day=1)
    assert limits_of(ada).budgets == (Budget(Period.DAY, "tokens", 1),)
    make_policy(group=make_group("readers", ada), tokens_per_day=20)
    assert limits_of(ada).budgets == (Budget(Period.DAY, "tokens", 20),)
    make_policy(person=ada, tokens_per_day=5)
    assert limits_of(ada).budgets == (Budget(Period.DAY, "tokens", 5),)


def test_of_several_groups_the_most_generous_counts(ada, bob):
    make_policy(group=make_group("small", ada), tokens_per_month=10, answers_at_once=1, sharing=False)
    make_policy(group=make_group("large", ada), tokens_per_month=90, usd_per_day=Decimal("0.5"), sharing=True)
    make_policy(group=make_group("others", bob), tokens_per_month=1_000)

    limits = limits_of(ada)

    assert limits.budgets == (
        Budget(Period.MONTH, "tokens", 90),
        Budget(Period.DAY, "cost", 50_000_000),
    )
    assert limits.sharing


def test_a_group_of_which_nothing_is_said_lifts_no_limit(ada):
    make_group("silent", ada)
    make_policy(group=make_group("pupils", ada), importing=False)
    make_policy(importing=True)

    assert not limits_of(ada).importing


def test_what_is_not_allowed_is_refused_in_a_sentence(ada):
    make_policy(person=ada, sharing=False)

    with pytest.raises(Refusal, match="cannot share"):
        refuse_without(limits_of(ada), "sharing")
    refuse_without(limits_of(ada), "attachments")


def test_the_limits_are_read_in_one_query_and_for_a_page_in_none_while_there_are_none(
    ada, django_assert_num_queries
):
    limits_shown(ada)
    with django_assert_num_queries(0):
        assert limits_shown(ada) == UNLIMITED
    make_policy(group=make_group("readers", ada), tokens_per_day=20)
    with django_assert_num_queries(1):
        limits_of(ada)


@pytest.mark.django_db
def test_there_is_one_policy_of_everybody():
    Policy.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.create()
