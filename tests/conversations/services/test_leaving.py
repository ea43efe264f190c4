"""When the day has come: what goes, what stays under a name that says nothing, and what is held."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from accounts import leaving as registered
from accounts.models import Invitation, User
from accounts.on_record import put_on_record, record_of
from accounts.roles import Role, administrators, give_roles
from conversations.models import (
    Attachment,
    Conversation,
    Generation,
    Grant,
    Import,
    Message,
    Policy,
    Preset,
    Prompt,
    Share,
    Status,
    Usage,
)
from conversations.services import removing
from conversations.services.errors import Refusal
from conversations.services.leaving import ask_to_leave, delete_account, purge_leavers, take_back
from tests.factories import (
    add_answer,
    add_question,
    make_attachment,
    make_conversation,
    make_share,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {**settings.STORAGES["files"], "OPTIONS": {"location": tmp_path / "files"}},
    }


def purge(tmp_path, *, days: int = 15) -> int:
    return purge_leavers(now=timezone.now() + timedelta(days=days), imports=tmp_path)


def give_much(person: User, tmp_path) -> None:
    talk = make_conversation(person, "What do otters eat?", "Fish.")
    make_conversation(person, "Thrown away", "Yes.", deleted_at=timezone.now())
    make_conversation(person, "Whispered", "Yes.", temporary=True)
    make_share(talk)
    make_attachment(person, talk.leaf.parent)
    make_attachment(person, name="unsent.txt")
    Preset.objects.create(owner=person, name="Otter expert")
    Prompt.objects.create(owner=person, name="otter", text="Otters")
    it = Import.objects.create(owner=person, stage="checked")
    (tmp_path / f"{it.public_id}.json").write_text("[]")
    EmailAddress.objects.create(user=person, email=f"{person.username}@example.org")
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")


def test_all_goes_files_and_all_and_of_nobody_else(ada, bob, tmp_path, django_capture_on_commit_callbacks):
    give_much(ada, tmp_path)
    give_much(bob, tmp_path)
    ask_to_leave(ada, days=14)
    with django_capture_on_commit_callbacks(execute=True):
        assert purge(tmp_path) == 1

    for model in (Conversation, Attachment, Preset, Prompt, Import):
        assert set(model.objects.values_list("owner__username", flat=True)) == {"bob"}, model
    assert Message.objects.count() == 6
    assert Share.objects.count() == 1
    assert set(EmailAddress.objects.values_list("user__username", flat=True)) == {"bob"}
    assert not ada.authenticator_set.exists()
    stored = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(stored) == 2
    assert len(list(tmp_path.glob("*.json"))) == 1


def test_before_the_day_nothing_goes(ada, tmp_path):
    give_much(ada, tmp_path)
    ask_to_leave(ada, days=14)

    assert purge(tmp_path, days=13) == 0
    take_back(ada)
    assert purge(tmp_path) == 0
    assert Conversation.objects.count() == 3


def test_what_is_left_says_nothing_of_anybody_and_keeps_the_groups_for_their_sums(ada, tmp_path):
    User.objects.filter(pk=ada.pk).update(
        first_name="Ada", last_name="Lovelace", email="ada@example.org", time_zone="Europe/London"
    )
    team = Group.objects.create(name="Team")
    ada.groups.add(team)
    give_roles(ada, {Role.REVIEWER})
    root = make_user("root", is_staff=True, is_superuser=True)
    put_on_record(ada, by=root, what="Account closed")
    ask_to_leave(User.objects.get(pk=ada.pk), days=0)

    assert purge(tmp_path) == 1

    left = User.objects.get(pk=ada.pk)
    facts = " ".join(str(value).lower() for value in User.objects.filter(pk=ada.pk).values().get().values())
    assert not re.search(r"\bada\b", facts)  # as a word: ids are hexadecimal
    assert "lovelace" not in facts
    assert "london" not in facts
    assert (left.is_active, left.has_usable_password(), left.last_login) == (False, False, None)
    assert list(left.groups.all()) == [team]
    assert not re.search(r"\bada\b", record_of(left).get().object_repr)
    assert make_user("ada").pk != ada.pk, "the name is free again"


def test_what_was_used_is_still_counted_and_what_was_said_of_the_person_is_not_kept(ada, tmp_path):
    Usage.objects.create(person=ada, day=timezone.localdate(), model="m", calls=3, prompt_tokens=50)
    Policy.objects.create(person=ada, tokens_per_day=10)
    Grant.objects.create(person=ada, starts=timezone.localdate(), tokens=10, reason="Ada writes her thesis")
    ends = timezone.now() + timedelta(days=1)
    Invitation.objects.create(
        token_hash="x", email="ada@example.org", expires_at=ends, accepted_by=ada, accepted_at=timezone.now()
    )
    ask_to_leave(ada, days=0)

    assert purge(tmp_path) == 1

    assert Usage.objects.get().prompt_tokens == 50
    assert Usage.objects.get().person.username.startswith("gone-")
    assert Grant.objects.get().reason == ""
    assert not Policy.objects.exists()
    assert not Invitation.objects.exists()


def test_what_a_hold_forbids_waits_until_it_ends(ada, bob, tmp_path, monkeypatch):
    held = {"ada"}
    monkeypatch.setattr(registered, "HOLDS", [lambda person: person.username in held])
    for person in (ada, bob):
        give_much(person, tmp_path)
        ask_to_leave(person, days=14)

    assert purge(tmp_path) == 1
    assert set(Conversation.objects.values_list("owner__username", flat=True)) == {"ada"}

    held.clear()
    assert purge(tmp_path) == 1
    assert not Conversation.objects.exists()


def test_a_running_answer_is_told_to_stop_and_waited_for(ada, tmp_path):
    talk = make_conversation(ada, "Question")
    running = add_answer(talk, talk.leaf, "", status=Status.RUNNING).generation
    User.objects.filter(pk=ada.pk).update(leaves_at=timezone.now())

    assert purge(tmp_path) == 0
    running.refresh_from_db()
    assert running.stop_requested

    Generation.objects.filter(pk=running.pk).update(status=Status.STOPPED)
    assert purge(tmp_path) == 1


def test_it_goes_on_after_it_was_cut_off_and_keeps_nobody_behind(ada, bob, tmp_path, monkeypatch, caplog):
    for _ in range(5):
        make_conversation(ada, "Question", "Answer")
    ask_to_leave(ada, days=0)
    ask_to_leave(bob, days=0)
    monkeypatch.setattr(removing, "BATCH", 2)
    real, calls = removing.delete_files_of, []

    def breaks_off(conversations):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the power went")
        return real(conversations)

    monkeypatch.setattr(removing, "delete_files_of", breaks_off)
    assert purge(tmp_path) == 1  # bob
    assert "could not be deleted" in caplog.text
    assert Conversation.objects.count() == 3

    assert purge(tmp_path) == 1
    assert purge(tmp_path) == 0
    assert not Conversation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_in_one_moment_leave_one():
    people = [make_user(name, is_staff=True, is_superuser=True) for name in ("root", "grace")]
    start = Barrier(2)

    def remove_the_other(me: User, other: User) -> bool:
        try:
            start.wait(5)
            delete_account(other, by=me, days=14)
        except Refusal:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        removed = list(pool.map(remove_the_other, people, reversed(people)))

    assert sorted(removed) == [False, True]
    assert administrators().count() == 1


def test_nothing_is_purged_of_who_never_asked(ada, tmp_path):
    give_much(ada, tmp_path)
    talk = Conversation.objects.first()
    add_question(talk, talk.leaf, "More?")

    assert purge(tmp_path, days=10_000) == 0
