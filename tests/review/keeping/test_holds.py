"""While a hold stands nothing of what it keeps is removed, whoever asks for it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.models import User
from conversations.models import Attachment, Conversation, Message, Usage
from conversations.models.attachment import file_storage
from conversations.services.attachments.keeping import delete_file
from conversations.services.attachments.tidying import delete_nameless_bytes
from conversations.services.branching import delete_branch, delete_message
from conversations.services.errors import Refusal
from conversations.services.keeping import delete_conversation, restore_conversation
from conversations.services.leaving import ask_to_leave, delete_account, purge_leavers
from conversations.services.trash import delete_for_ever, empty_trash, trash_of
from review.keeping.holds import (
    end_hold,
    forget,
    hold_conversation,
    hold_person,
    hold_what_is_found,
    holds_on,
    look_again,
)
from review.keeping.pruning import prune_all
from review.models import Hold, PurgeReceipt, RetentionPolicy, SavedFilter
from tests.factories import make_attachment, make_conversation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> User:
    reader = make_user("rita")
    reader.user_permissions.add(
        *Permission.objects.filter(codename__in=["read_conversations", "place_holds"])
    )
    return reader


@pytest.fixture
def talk(ada) -> Conversation:
    return make_conversation(ada, "What do otters eat?", "Fish.")


def hold(on: Conversation | User, by: User, **said: Any) -> Hold:
    facts: dict[str, Any] = {"reason": "Case 12", "until": None, **said}
    return hold_person(on, by=by, **facts) if isinstance(on, User) else hold_conversation(on, by=by, **facts)


def is_there(talk: Conversation) -> bool:
    return Message.objects.filter(conversation=talk).count() == 2


def in_a_year() -> int:
    return prune_all(now=timezone.now() + timedelta(days=400)).removed


@pytest.mark.parametrize("whole", [False, True], ids=["the conversation", "the person"])
def test_what_is_deleted_for_ever_leaves_sight_and_goes_when_the_hold_ends(whole, ada, rita, talk):
    placed = hold(ada if whole else talk, rita)
    delete_conversation(talk)

    outcome = delete_for_ever(talk)

    assert (outcome.removed, outcome.kept) == (0, 1)
    assert is_there(talk)
    assert not trash_of(ada).exists()
    restore_conversation(talk)
    assert not Conversation.objects.visible_to(ada).exists()
    assert in_a_year() == 0
    assert is_there(talk)
    end_hold(placed, by=rita)
    assert in_a_year() == 1
    assert not Conversation.objects.exists()
    assert PurgeReceipt.objects.get().cause == "released"


def test_emptying_the_trash_removes_the_rest(ada, rita, talk):
    other = make_conversation(ada, "Hi", "Ho")
    hold(talk, rita)
    for one in (talk, other):
        delete_conversation(one)

    outcome = empty_trash(ada)

    assert (outcome.removed, outcome.kept) == (1, 1)
    assert set(Conversation.objects.all()) == {talk}


@pytest.mark.parametrize("kind", ["deleted", "temporary"])
def test_when_its_time_is_over_it_leaves_sight_and_stays(kind, ada, rita, talk):
    hold(talk, rita)
    if kind == "deleted":
        delete_conversation(talk)
    else:
        Conversation.objects.filter(pk=talk.pk).update(temporary=True)

    assert in_a_year() == 0

    assert is_there(talk)
    assert Conversation.objects.get().withdrawn_at
    assert not Conversation.objects.visible_to(ada).exists()


def test_retention_passes_over_it_and_its_owner_sees_it_still(ada, rita, talk):
    RetentionPolicy.objects.create(sort="ordinary", days=30)
    other = make_conversation(ada, "Hi", "Ho")
    hold(talk, rita)

    assert in_a_year() == 1

    assert set(Conversation.objects.visible_to(ada)) == {talk}
    assert not Conversation.objects.filter(pk=other.pk).exists()


def test_a_message_and_a_branch_that_are_deleted_stay_in_the_database(ada, rita):
    talk = make_conversation(ada, "One", "Two", "Three", "Four")
    hold(talk, rita)
    delete_message(talk.messages.get(text="Two"))
    delete_branch(talk.messages.get(text="Three"))
    in_a_year()

    assert sorted(talk.messages.values_list("text", flat=True)) == ["Four", "One", "Three", "Two"]


@pytest.mark.parametrize("whole", [False, True], ids=["one of theirs", "the person"])
@pytest.mark.parametrize("by_office", [False, True], ids=["by themselves", "by an administrator"])
def test_an_account_waits_for_the_hold(whole, by_office, ada, rita, talk, tmp_path):
    placed = hold(ada if whole else talk, rita)
    root = make_user("root", is_staff=True, is_superuser=True)
    if by_office:
        delete_account(ada, by=root, days=0)
    else:
        ask_to_leave(ada, days=0)
    later = timezone.now() + timedelta(days=1)

    assert purge_leavers(now=later, imports=tmp_path) == 0
    assert is_there(talk)
    assert User.objects.filter(username="ada", leaves_at__isnull=False).exists()
    end_hold(placed, by=rita)
    assert purge_leavers(now=later, imports=tmp_path) == 1
    assert not Conversation.objects.exists()
    assert Hold.objects.get().reason == "…"


def test_a_file_that_is_deleted_keeps_its_bytes_until_the_hold_ends(
    ada, rita, talk, tmp_path, settings, django_capture_on_commit_callbacks
):
    place = {"OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "files": {**settings.STORAGES["files"], **place}}
    file = make_attachment(ada, talk.messages.get(text="What do otters eat?"))
    placed = hold(talk, rita)

    assert delete_file(file) is False

    assert not Attachment.objects.kept_for(ada).exists()
    delete_nameless_bytes(older_than=timedelta(0))
    assert file_storage().exists(file.place)
    assert Attachment.objects.get().text
    in_a_year()
    assert file_storage().exists(file.place)
    end_hold(placed, by=rita)
    with django_capture_on_commit_callbacks(execute=True):
        prune_all(now=timezone.now())
    assert not file_storage().exists(file.place)
    assert Attachment.objects.get().text == ""
    assert Attachment.objects.get().withdrawn_at is None


def test_a_hold_ends_by_itself(ada, rita, talk):
    placed = hold(talk, rita, until=timezone.now() + timedelta(days=1))
    delete_conversation(talk)
    assert delete_for_ever(talk).kept == 1
    Hold.objects.filter(pk=placed.pk).update(until=timezone.now() - timedelta(seconds=1))

    assert prune_all(now=timezone.now()).removed == 1


def test_two_holds_are_two(ada, rita, talk):
    first, second = hold(talk, rita), hold(ada, rita)
    assert holds_on(talk) == [second, first]
    delete_conversation(talk)
    delete_for_ever(talk)
    end_hold(first, by=rita)
    assert in_a_year() == 0
    end_hold(second, by=rita)
    assert in_a_year() == 1


def saved(owner: User, query: str) -> SavedFilter:
    return SavedFilter.objects.create(owner=owner, name="Otters", query=query)


@pytest.mark.parametrize("query", ["q=otters", "person=ada", "person=ada&mine=no"])
def test_what_a_filter_finds_is_kept_the_trash_too_and_what_it_finds_later(query, ada, rita, bob, talk):
    binned = make_conversation(ada, "More otters", "Yes.")
    delete_conversation(binned)
    make_conversation(bob, "Hi", "Ho")

    placed = hold_what_is_found(saved(rita, query), by=rita, reason="Case 12", until=None)

    assert set(placed.held.values_list("conversation", flat=True)) == {talk.pk, binned.pk}
    later = make_conversation(ada, "Otters again", "Yes.", temporary=True)
    assert look_again(placed) == 1
    assert look_again(placed) == 0
    assert in_a_year() == 0
    assert Conversation.objects.filter(pk=later.pk).exists()


def test_a_filter_keeps_nothing_that_who_places_it_may_not_read(ada, bob, talk):
    bob.user_permissions.add(Permission.objects.get(codename="place_holds"))

    with pytest.raises(Refusal, match="finds nothing"):
        hold_what_is_found(saved(bob, "q=otters"), by=bob, reason="Case 12", until=None)
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"reason": " \0 "}, "why"),
        ({"until": timezone.now() - timedelta(hours=1)}, "future"),
    ],
)
def test_a_hold_needs_a_reason_and_an_end_to_come(said, sentence, rita, talk):
    with pytest.raises(Refusal, match=sentence):
        hold(talk, rita, **said)
    assert not Hold.objects.exists()


def test_what_is_gone_cannot_be_held(ada, rita, talk):
    Conversation.objects.all().delete()
    with pytest.raises(Refusal, match="not there"):
        hold(talk, rita)


def test_a_standing_hold_keeps_its_words_when_somebody_else_is_forgotten(ada, bob, rita, talk):
    placed = hold(talk, rita)
    forget(bob)
    placed.refresh_from_db()
    assert placed.reason == "Case 12"


def test_what_was_used_stays_counted(ada, talk):
    Usage.objects.create(person=ada, day=timezone.localdate(), model="test-model", calls=3, prompt_tokens=50)
    RetentionPolicy.objects.create(sort="ordinary", days=30)

    assert in_a_year() == 1

    assert Usage.objects.get().prompt_tokens == 50


def test_the_administration_shows_that_there_is_a_hold_and_not_why(ada, rita, talk, client_of):
    placed = hold(talk, rita)
    office = client_of(make_user("root", is_staff=True, is_superuser=True))

    for address in ("/admin/review/hold/", f"/admin/review/hold/{placed.pk}/change/"):
        page = office.get(address)
        assert page.status_code == 200
        assert "rita" in page.content.decode()
        assert "Case 12" not in page.content.decode()
