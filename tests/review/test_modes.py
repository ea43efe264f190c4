"""Modes of access: whose conversations reviewers may read, and when."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.leaving import forget
from accounts.models import User
from conversations.models import Conversation, Feedback
from conversations.services.errors import Refusal
from review.access import conversations_in_scope, mode_of, needs_two
from review.granting import approve_grant, ask_to_read, end_grant
from review.models import AccessGrant, AccessRule, Flag, Mode, ModeChange, ReadEvent
from review.modes import ask_for_review, drop_rule, keep_rule, news, take_back_review, tell
from tests.factories import make_conversation, make_group, make_user

pytestmark = pytest.mark.django_db


def make_reader(name: str) -> User:
    reader = make_user(name)
    reader.user_permissions.add(Permission.objects.get(codename="read_conversations"))
    return reader


@pytest.fixture
def rita() -> User:
    return make_reader("rita")


@pytest.fixture
def talk(ada) -> Conversation:
    return make_conversation(ada, "What do otters eat?", "Fish.")


def rule(mode: Mode, *people: User, group: str = "team", **said: object) -> AccessRule:
    made = make_group(group, *people) if people else None
    found, _ = AccessRule.objects.update_or_create(group=made, defaults={"mode": mode, **said})
    return found


def reads(reader: User, talk: Conversation) -> bool:
    return conversations_in_scope(reader).filter(pk=talk.pk).exists()


def test_while_nobody_says_otherwise_reviewers_may_read(rita, bob, talk):
    assert reads(rita, talk)
    assert not reads(bob, talk)


def test_not_at_all_is_not_at_all(rita, ada, talk):
    Feedback.objects.create(message=talk.leaf, thumb="down")
    ask_for_review(talk)
    rule(Mode.CLOSED, ada)
    AccessGrant.objects.create(
        reader=rita, owner=ada, reason="x", hours=1, expires_at=timezone.now() + timedelta(hours=1)
    )

    assert not reads(rita, talk)


def test_where_only_what_is_marked_is_read_a_thumb_or_a_flag_opens_it(rita, ada, talk):
    rule(Mode.MARKED, ada)
    other = make_conversation(ada, "Hi", "Ho")
    assert not reads(rita, talk)

    Feedback.objects.create(message=talk.leaf, thumb="up")
    assert reads(rita, talk)
    assert not reads(rita, other)
    ask_for_review(other)
    assert reads(rita, other)
    take_back_review(other)
    assert not reads(rita, other)


def test_of_several_groups_the_strictest_counts(rita, ada, talk):
    rule(Mode.OPEN, ada, group="open")
    rule(Mode.CLOSED, ada, group="closed")
    rule(Mode.MARKED, ada, group="marked")

    assert mode_of(ada) == Mode.CLOSED
    assert not reads(rita, talk)


def test_what_is_said_of_everybody_counts_where_no_group_says_anything(rita, ada, bob, talk):
    rule(Mode.CLOSED)
    rule(Mode.OPEN, bob)

    assert (mode_of(ada), mode_of(bob)) == (Mode.CLOSED, Mode.OPEN)
    assert not reads(rita, talk)
    assert reads(rita, make_conversation(bob, "Hi", "Ho"))


def test_a_grant_opens_what_one_person_wrote_for_its_reader_alone(rita, ada, bob, talk):
    rule(Mode.GRANTED, ada, bob)
    ask_to_read(rita, owner=ada, reason="Ticket 12", hours=2)

    assert reads(rita, talk)
    assert not reads(make_reader("ravi"), talk)
    assert not reads(rita, make_conversation(bob, "Hi", "Ho"))


def test_a_grant_that_ended_a_second_ago_opens_nothing(rita, ada, talk):
    rule(Mode.GRANTED, ada)
    grant = ask_to_read(rita, owner=ada, reason="Ticket 12", hours=2)
    scope = conversations_in_scope(rita)
    assert scope.exists()

    AccessGrant.objects.filter(pk=grant.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert not scope.all().exists()
    assert not reads(rita, talk)


def test_a_grant_that_was_ended_opens_nothing(rita, ada, talk):
    rule(Mode.GRANTED, ada)
    end_grant(ask_to_read(rita, owner=ada, reason="Ticket 12", hours=2))

    assert not reads(rita, talk)


def test_where_two_are_needed_a_grant_counts_once_somebody_else_approved_it(rita, ada, talk):
    rule(Mode.GRANTED, ada, by_two=True)
    grant = ask_to_read(rita, owner=ada, reason="Ticket 12", hours=2)
    assert not reads(rita, talk)
    for nobody in (rita, ada, make_user("carol")):
        with pytest.raises(Refusal):
            approve_grant(grant, by=nobody)

    approve_grant(grant, by=make_reader("ravi"))

    assert reads(rita, talk)
    with pytest.raises(Refusal):
        approve_grant(grant, by=make_reader("rona"))


def test_the_database_lets_nobody_approve_their_own(rita, ada):
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessGrant.objects.create(reader=rita, owner=ada, reason="x", hours=1, approved_by=rita)


def test_a_grant_of_before_counts_no_more_once_two_are_needed(rita, ada, talk):
    rule(Mode.GRANTED, ada)
    ask_to_read(rita, owner=ada, reason="Ticket 12", hours=2)
    rule(Mode.GRANTED, ada, by_two=True)

    assert not reads(rita, talk)


@pytest.mark.parametrize("reason", ["", "  ", "\0"])
def test_without_a_reason_there_is_no_grant(reason, rita, ada):
    rule(Mode.GRANTED, ada)

    with pytest.raises(Refusal, match="why"):
        ask_to_read(rita, owner=ada, reason=reason, hours=2)


@pytest.mark.parametrize("mode", [Mode.OPEN, Mode.MARKED, Mode.CLOSED])
def test_a_grant_is_had_only_where_reasons_count(mode, rita, ada):
    rule(mode, ada)

    with pytest.raises(Refusal, match="No grant"):
        ask_to_read(rita, owner=ada, reason="Ticket 12", hours=2)


@pytest.mark.parametrize("hours", [0, -1, 73])
def test_a_grant_has_an_end(hours, rita, ada):
    rule(Mode.GRANTED, ada)

    with pytest.raises(Refusal, match="hour"):
        ask_to_read(rita, owner=ada, reason="Ticket 12", hours=hours)


def test_what_is_out_of_scope_is_not_found_and_in_the_log(rita, ada, talk, client_of, caplog):
    rule(Mode.CLOSED, ada)

    response = client_of(rita).get(reverse("review:read_conversation", args=[talk.public_id]))

    assert response.status_code == 404
    assert str(talk.public_id) in caplog.text
    assert not ReadEvent.objects.exists()


def test_a_change_of_a_mode_is_on_record_and_news_until_it_is_seen(ada, bob):
    assert not news.is_there(ada)
    made = AccessRule(group=make_group("team", ada), mode=Mode.MARKED)
    keep_rule(made, by=bob)
    assert news.is_there(ada)
    assert not news.is_there(bob)

    tell(ada, mode_of(ada))
    assert not news.is_there(ada)
    drop_rule(made, by=bob)

    assert news.is_there(ada)
    changes = ModeChange.objects.values_list("group_name", "before", "after", "by")
    assert list(changes) == [("team", 1, None, bob.pk), ("team", None, 1, bob.pk)]


def test_of_a_deleted_person_no_word_is_left_in_grants(rita, ada):
    rule(Mode.GRANTED, ada)
    ask_to_read(rita, owner=ada, reason="What ada did", hours=2)
    forget(ada)

    grant = AccessGrant.objects.get()
    assert (grant.reason, grant.state) == ("…", "ended")


@dataclass(frozen=True)
class Person:
    groups: frozenset[int]
    rated: bool
    flagged: bool
    grant: str


PEOPLE = st.builds(
    Person,
    groups=st.frozensets(st.integers(0, 2)),
    rated=st.booleans(),
    flagged=st.booleans(),
    grant=st.sampled_from(["none", "live", "over", "ended", "waits", "approved", "of another"]),
)
RULES = st.dictionaries(
    st.sampled_from([None, 0, 1, 2]), st.tuples(st.sampled_from(Mode), st.booleans()), max_size=4
)


def may_be_read(person: Person, rules: dict[int | None, tuple[Mode, bool]]) -> bool:
    """The rules in plain words."""
    said = [rules[group] for group in person.groups if group in rules]
    if not said:
        said = [rules[None]] if None in rules else [(Mode.OPEN, False)]
    mode = max(mode for mode, _by_two in said)
    if mode == Mode.GRANTED:
        by_two = any(by_two for its, by_two in said if its == Mode.GRANTED)
        return person.grant == "approved" or (person.grant == "live" and not by_two)
    return mode == Mode.OPEN or (mode == Mode.MARKED and (person.rated or person.flagged))


def make_grant(kind: str, reader: User, owner: User, other: User) -> None:
    now = timezone.now()
    later, before = now + timedelta(hours=1), now - timedelta(seconds=1)
    facts: dict[str, dict[str, object]] = {
        "live": {"expires_at": later},
        "over": {"expires_at": before, "approved_by": other},
        "ended": {"expires_at": later, "ended_at": before, "approved_by": other},
        "waits": {"expires_at": None},
        "approved": {"expires_at": later, "approved_by": other},
        "of another": {"expires_at": later},
    }
    if kind in facts:
        who = other if kind == "of another" else reader
        AccessGrant.objects.create(reader=who, owner=owner, reason="x", hours=1, **facts[kind])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(people=st.lists(PEOPLE, min_size=1, max_size=4), rules=RULES)
def test_the_scope_is_what_the_rules_say_in_plain_words(people, rules, rita, django_assert_max_num_queries):
    with transaction.atomic():
        other = make_user("ravi")
        groups = [make_group(f"group {number}") for number in range(3)]
        for group, (mode, by_two) in rules.items():
            its = None if group is None else groups[group]
            AccessRule.objects.create(group=its, mode=mode, by_two=by_two)
        expected = {}
        for number, person in enumerate(people):
            owner = User.objects.create(username=f"p{number}")
            owner.groups.set([groups[group] for group in person.groups])
            talk = make_conversation(owner, *(["Hi", "Ho"] if person.rated else []))
            if person.rated:
                Feedback.objects.create(message=talk.leaf, thumb="up")
            if person.flagged:
                Flag.objects.create(conversation=talk, why=Flag.Why.SAMPLED)
            make_grant(person.grant, rita, owner, other)
            expected[talk.pk] = may_be_read(person, rules)
            said = [rules[group] for group in person.groups if group in rules] or [
                rules.get(None, (Mode.OPEN, False))
            ]
            assert mode_of(owner) == max(mode for mode, _by_two in said)
            assert needs_two(owner) == any(by_two for mode, by_two in said if mode == Mode.GRANTED)
        scope = conversations_in_scope(rita)
        with django_assert_max_num_queries(1):
            found = set(scope.order_by("-updated_at").values_list("pk", flat=True))
        transaction.set_rollback(True)

    assert found == {pk for pk, readable in expected.items() if readable}
