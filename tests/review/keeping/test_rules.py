"""How long what people write is kept, and what is over by that."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from conversations.models import Conversation, Feedback
from conversations.services.terms import Terms, terms_of
from review.keeping.rules import all_rules, over, stays_for
from review.models import Flag, RetentionPolicy, Sort, State, Verdict
from tests.factories import make_conversation, make_group

pytestmark = pytest.mark.django_db
SITE = {Sort.DELETED: 30, Sort.TEMPORARY: 1, Sort.FLAGGED: None, Sort.ORDINARY: None}


def policy(sort: Sort, days: int | None, *people: User, group: str = "team") -> RetentionPolicy:
    its = make_group(group, *people) if people else None
    return RetentionPolicy.objects.create(group=its, sort=sort, days=days)


def used(conversation: Conversation, *, days: float) -> Conversation:
    moment = timezone.now() - timedelta(days=days)
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=moment)
    return conversation


def gone_by_now() -> set[Conversation]:
    rules = all_rules()
    return {row for rule in rules for row in over(rule, rules, now=timezone.now())}


def test_while_nobody_says_otherwise_all_is_kept_for_ever(ada):
    used(make_conversation(ada, "Hi", "Ho"), days=10_000)

    assert gone_by_now() == set()
    assert stays_for(ada)[Sort.ORDINARY] is None


def test_what_was_not_used_for_so_long_is_over(ada, bob):
    policy(Sort.ORDINARY, 90, ada)
    old = used(make_conversation(ada, "Old"), days=91)
    used(make_conversation(ada, "Young"), days=89)
    used(make_conversation(bob, "Of somebody else"), days=91)

    assert gone_by_now() == {old}


def test_of_several_groups_the_one_that_keeps_longest_counts(ada):
    policy(Sort.ORDINARY, 30, ada, group="short")
    policy(Sort.ORDINARY, 90, ada, group="long")
    used(make_conversation(ada, "Hi"), days=60)

    assert gone_by_now() == set()
    policy(Sort.ORDINARY, None, ada, group="ever")
    used(make_conversation(ada, "Hi"), days=10_000)
    assert gone_by_now() == set()


def test_what_is_flagged_is_kept_as_ordinary_until_a_policy_says_otherwise(ada):
    talk = used(make_conversation(ada, "Hi", "Ho"), days=91)
    Feedback.objects.create(message=talk.leaf, thumb="down")
    policy(Sort.ORDINARY, 90)
    assert gone_by_now() == {talk}

    flagged = policy(Sort.FLAGGED, 365)
    assert gone_by_now() == set()
    assert stays_for(ada)[Sort.FLAGGED] == timedelta(days=365)
    flagged.delete()
    assert gone_by_now() == {talk}


def test_the_trash_and_what_is_temporary_have_an_end(ada):
    for sort in (Sort.DELETED, Sort.TEMPORARY):
        with pytest.raises(IntegrityError), transaction.atomic():
            policy(sort, None)
        with pytest.raises(IntegrityError), transaction.atomic():
            policy(sort, 0)


def test_pages_are_told_the_terms_of_their_person(ada, bob):
    policy(Sort.DELETED, 7, ada)
    policy(Sort.TEMPORARY, 3, ada)
    site = Terms(trash_days=30, temporary_hours=24)

    assert terms_of(ada, site) == Terms(trash_days=7, temporary_hours=72)
    assert terms_of(bob, site) == site


DAYS = st.sampled_from([5, 30, 90])
POLICIES = st.dictionaries(
    st.tuples(st.sampled_from(Sort), st.sampled_from([None, 0, 1, 2])), st.one_of(st.none(), DAYS), max_size=8
)
TALKS = st.tuples(
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "down", "up", "flag", "attention", "reviewed"]),
    st.sampled_from([0.5, 4, 20, 60, 400]),
)
PEOPLE = st.lists(
    st.tuples(st.frozensets(st.integers(0, 2)), st.lists(TALKS, min_size=1, max_size=3)),
    min_size=1,
    max_size=3,
)


def plainly(groups, talk, policies) -> bool:
    """The rules in plain words: whether `talk` is over."""
    deleted, temporary, mark, days = talk
    says_of_flagged = any(sort == Sort.FLAGGED for sort, _group in policies)
    sort = Sort.ORDINARY
    if deleted:
        sort = Sort.DELETED
    elif temporary:
        sort = Sort.TEMPORARY
    elif mark in ("down", "flag", "attention") and says_of_flagged:
        sort = Sort.FLAGGED
    said = [policies[sort, group] for group in groups if (sort, group) in policies]
    if not said:
        said = [policies.get((sort, None), SITE[sort])]
    return None not in said and days > max(said)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(people=PEOPLE, policies=POLICIES)
def test_what_is_over_is_what_the_rules_say_in_plain_words(people, policies, db):
    policies = {
        key: days or (None if key[0] in (Sort.ORDINARY, Sort.FLAGGED) else 30)
        for key, days in policies.items()
    }
    now = timezone.now()
    with transaction.atomic():
        groups = [make_group(f"group {number}") for number in range(3)]
        for (sort, group), days in policies.items():
            its = None if group is None else groups[group]
            RetentionPolicy.objects.create(group=its, sort=sort, days=days)
        expected, found = set(), []
        for number, (theirs, talks) in enumerate(people):
            owner = User.objects.create(username=f"p{number}")
            owner.groups.set([groups[group] for group in theirs])
            for sort, stays in stays_for(owner).items():
                said = [policies[sort, group] for group in theirs if (sort, group) in policies]
                said = said or [policies.get((sort, None), SITE[sort])]
                assert stays == (None if None in said else timedelta(days=max(said)))
            for talk in talks:
                deleted, temporary, mark, days = talk
                made = make_conversation(owner, "Hi", "Ho", temporary=temporary)
                moment = now - timedelta(days=days)
                Conversation.objects.filter(pk=made.pk).update(
                    updated_at=moment, deleted_at=moment if deleted else None
                )
                if mark == "flag":
                    Flag.objects.create(conversation=made, why=Flag.Why.SAMPLED)
                elif mark in State.values:
                    Verdict.objects.create(conversation=made, reviewer=owner, state=mark)
                elif mark:
                    Feedback.objects.create(message=made.leaf, thumb=mark)
                if plainly(theirs, talk, policies):
                    expected.add(made.pk)
        rules = all_rules()
        for rule in rules:
            found += over(rule, rules, now=now).values_list("pk", flat=True)
        transaction.set_rollback(True)

    assert sorted(found) == sorted(expected)  # each by one rule alone
