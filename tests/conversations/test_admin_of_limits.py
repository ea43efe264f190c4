"""Administrators say who may use what and how much, and grant more; all of it is on record."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission

from conversations.models import ChatModel, Grant, Policy, Usage
from conversations.services.budgets import stand
from conversations.services.limits import limits_of
from conversations.services.spending import site_day
from conversations.views.allowed import limits_shown
from tests.factories import make_group, make_model, make_policy, make_user

GRANT = "/admin/conversations/grant/"


@pytest.fixture
def root(db):
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def office(root, client_of):
    return client_of(root)


def test_a_policy_made_here_counts_at_once(office, ada):
    group = make_group("readers", ada)
    assert limits_shown(ada).budgets == ()

    page = office.get("/admin/conversations/policy/add/")
    done = office.post(
        "/admin/conversations/policy/add/", {"group": group.pk, "tokens_per_day": "500", "sharing": "False"}
    )

    assert "the most generous counts" in page.content.decode()
    assert done.status_code == 302, done.context["errors"]
    assert limits_shown(ada).budgets[0].limit == 500
    assert not limits_of(ada).sharing
    assert "Policy of the group readers" in office.get("/admin/conversations/policy/").content.decode()


def test_a_policy_is_of_one_person_or_of_one_group_and_there_is_one_of_everybody(office, ada):
    group = make_group("readers", ada)
    address = "/admin/conversations/policy/add/"
    Policy.objects.create()

    both = office.post(address, {"group": group.pk, "person": ada.pk})
    second = office.post(address, {})

    assert "not both" in both.content.decode()
    assert "policy of everybody already" in second.content.decode()


def test_a_pot_is_of_a_group_alone_and_counts_what_was_used_before_it(office, ada):
    group = make_group("readers", ada)
    Usage.objects.create(person=ada, day=site_day(), model="m", prompt_tokens=120)
    address = "/admin/conversations/policy/add/"

    of_a_person = office.post(address, {"person": ada.pk, "pot_tokens_per_day": "500"})
    of_the_group = office.post(address, {"group": group.pk, "pot_tokens_per_day": "500"})

    assert "Only a group has a pot" in of_a_person.content.decode()
    assert of_the_group.status_code == 302, of_the_group.context["errors"]
    assert [(it.left, it.limit) for it in stand(ada, limits_of(ada))] == [(380, 500)]
    assert "500 tokens a day" in office.get("/admin/conversations/policy/").content.decode()
    listed = office.get("/admin/conversations/spending/?q=read").content.decode()
    assert "The pot of readers" in listed
    assert "Grant more" not in listed
    assert office.get(f"/admin/conversations/spending/{group.spending.pk}/change/").status_code == 200


def test_a_grant_lifts_the_budget_until_its_period_ends_and_is_on_record(office, root, ada):
    make_policy(person=ada, tokens_per_day=100, usd_per_day=1)
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC)):
        # Sessions and the person's page are of the same day.
        data = {"person": ada.pk, "period": "day", "tokens": "50", "usd": "0.5", "reason": "The big report"}
        assert office.post(GRANT + "add/", data).status_code == 302
        ada.refresh_from_db()
        assert [it.limit for it in stand(ada, limits_of(ada))] == [150, 150_000_000]
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC)):
        assert [it.limit for it in stand(ada, limits_of(ada))] == [100, 100_000_000]

    grant = Grant.objects.get()
    assert (grant.granted_by, grant.reason, grant.usd) == (root, "The big report", Decimal("0.5"))
    assert str(grant.starts) == "2026-11-25"
    assert "The big report" in office.get(GRANT).content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {"tokens": "0", "usd": "0", "reason": "x"},
        {"tokens": "5", "usd": "-1", "reason": "x"},
        {"tokens": "5"},
        {"tokens": "9223372036854775807", "reason": "x"},
    ],
)
def test_a_grant_of_nothing_or_without_a_reason_is_not_given(office, ada, data):
    page = office.post(GRANT + "add/", {"person": ada.pk, "period": "month", "usd": "0", **data})

    assert page.status_code == 200
    assert not Grant.objects.exists()


def test_a_grant_that_was_given_stays_as_it_is(office, ada):
    office.post(GRANT + "add/", {"person": ada.pk, "period": "day", "tokens": "5", "usd": "0", "reason": "x"})
    page = f"{GRANT}{Grant.objects.get().pk}/"

    assert office.post(f"{page}change/", {"tokens": "500"}).status_code == 403
    assert office.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert Grant.objects.get().tokens == 5


def test_who_has_no_permission_grants_nothing(ada, client_of):
    clerk = make_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_grant"))

    assert client_of(clerk).get(GRANT).status_code == 200
    assert client_of(clerk).get(GRANT + "add/").status_code == 403


def test_the_numbers_of_people_are_shown_and_lead_to_a_grant(office, ada):
    make_policy(person=ada, tokens_per_day=100)
    office.post(GRANT + "add/", {"person": ada.pk, "period": "day", "tokens": "5", "usd": "0", "reason": "x"})

    for model in ("spending", "usage", "reservation"):
        assert office.get(f"/admin/conversations/{model}/").status_code == 200
    page = office.get(f"/admin/conversations/spending/{ada.spending.pk}/change/")
    listed = office.get("/admin/conversations/spending/?q=ada").content.decode()

    assert page.status_code == 200
    assert f"/admin/conversations/grant/add/?person={ada.pk}" in listed


def test_the_groups_of_a_model_are_set_on_its_page_and_are_no_field_of_the_list(office, ada):
    model = make_model(label="Otter", dialect="openai")
    group = make_group("readers", ada)
    fields = {
        "name": model.name,
        "label": "Otter",
        "dialect": "openai",
        "context_window": 1_000,
        "output_limit": 100,
        "position": 1,
        "characters_per_token": 3.5,
        "groups": [group.pk],
    }

    done = office.post(f"/admin/conversations/chatmodel/{model.pk}/change/", fields)

    assert done.status_code == 302, done.context["errors"]
    assert list(ChatModel.objects.get().groups.all()) == [group]
    assert "groups" not in ChatModel.objects.get().set_by_hand
