"""After a person has gone for good nothing in the history of the administration tells who they were."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.admin import UnnamedHistory
from accounts.models import User
from conversations.models import Policy
from conversations.services.leaving import delete_account, purge_leavers
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NAMES = ("ada", "countess", "lovelace", "zuse")


@pytest.fixture
def root() -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def office(root, client_of) -> Client:
    return client_of(root)


def purge(person: User, *, by: User, tmp_path) -> None:
    delete_account(person, by=by, days=0)
    assert purge_leavers(now=timezone.now() + timedelta(days=1), imports=tmp_path) == 1


def history() -> str:
    facts = LogEntry.objects.values_list("object_repr", "change_message", "user__username")
    return " ".join(" ".join(row) for row in facts).lower()


def test_whatever_was_done_about_them_in_the_administration(ada, bob, root, office, tmp_path):
    User.objects.filter(pk=ada.pk).update(last_name="Lovelace")
    address = EmailAddress.objects.create(user=ada, email="countess@example.org")
    EmailAddress.objects.create(user=ada, email="lovelace@example.org")
    key = Authenticator.objects.create(user=ada, type="totp", data={})
    for person in (ada, bob):
        office.post("/admin/conversations/policy/add/", {"person": person.pk, "tokens_per_day": 5})
    of_ada = Policy.objects.get(person=ada)
    office.post(f"/admin/conversations/policy/{of_ada.pk}/change/", {"person": ada.pk, "tokens_per_day": 7})
    office.post(f"/admin/conversations/policy/{of_ada.pk}/delete/", {"post": "yes"})
    office.post(f"/admin/account/emailaddress/{address.pk}/delete/", {"post": "yes"})
    office.post(f"/admin/mfa/authenticator/{key.pk}/delete/", {"post": "yes"})
    fields = {"username": "zuse", "theme": "system", "is_active": "on"}
    office.post(f"/admin/accounts/user/{ada.pk}/change/", fields)
    many = LogEntry.objects.count()
    assert many == 7

    purge(User.objects.get(pk=ada.pk), by=root, tmp_path=tmp_path)

    assert [name for name in NAMES if name in history()] == []
    assert LogEntry.objects.count() == many + 1


def test_nor_what_was_written_before_names_were_left_out(ada, bob, root, tmp_path):
    EmailAddress.objects.create(user=ada, email="countess@example.org")
    policy = Policy.objects.create(person=ada)
    team = Group.objects.create(name="ada")
    adams = make_user("adams")
    rows = [
        *(policy, Policy.objects.create(person=bob), Policy.objects.create(person=adams)),
        *(EmailAddress(pk=9, email="countess@example.org"), ada, adams, team),
    ]
    for row in rows:
        for flag in (CHANGE, DELETION):
            LogEntry.objects.log_actions(root.pk, [row], flag)

    purge(ada, by=root, tmp_path=tmp_path)

    left = set(LogEntry.objects.values_list("object_repr", flat=True))
    gone = User.objects.get(pk=ada.pk).username
    assert left == {gone, "Policy of bob", "Policy of adams", "adams", "ada"}
    assert LogEntry.objects.get(object_repr="ada", action_flag=DELETION).content_type.model == "group"


def test_who_was_not_let_in_is_not_named(root, office):
    eve = make_user("eve", is_active=False, waits_for="approval")

    office.post(f"/admission/{eve.pk}/", {"refuse": ""})

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.action_flag) == (root, str(eve.pk), DELETION)
    assert "eve" not in history()


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_whatever_is_of_a_person_and_can_be_changed_leaves_their_names_out(model, rf, root):
    page = admin.site._registry[model]
    of_people = any(field.concrete and field.related_model is User for field in model._meta.get_fields())
    request = rf.get("/")
    request.user = root
    changes = page.has_add_permission(request) or page.has_change_permission(request)
    if of_people and (changes or page.has_delete_permission(request)):
        assert isinstance(page, UnnamedHistory)
