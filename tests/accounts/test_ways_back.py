"""An administrator hands over a link for a new password."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
PAGE = "/admission/links/"
NEW = "another long pass phrase"


@pytest.fixture
def office(client_of) -> Client:
    return client_of(make_user("root", is_staff=True, is_superuser=True))


@pytest.fixture
def helper(client_of) -> Client:
    """Decides about people, and is no more than that."""
    person = make_user("helper", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="change_user"))
    return client_of(person)


def link_for(person: User, office: Client) -> str:
    page = office.post(f"{PAGE}{person.pk}/").content.decode()
    return re.findall(r'value="http://testserver([^"]+)"', page)[0]


def use(link: str, password: str = NEW) -> Client:
    visitor = Client()
    page = visitor.get(link, follow=True)
    if page.redirect_chain:
        visitor.post(page.redirect_chain[-1][0], {"password1": password})
    return visitor


def test_the_link_sets_a_new_password_once_and_ends_other_sessions(ada, browser, office):
    link = link_for(ada, office)

    assert use(link).session["_auth_user_id"] == str(ada.pk)
    ada.refresh_from_db()
    assert ada.check_password(NEW)
    assert browser.get("/accounts/").status_code == 302
    assert "This link has ended" in Client().get(link, follow=True).content.decode()
    assert LogEntry.objects.get().change_message == "Link for a new password."


def test_the_page_finds_people_by_name_and_address(office):
    make_user("ada", email="lovelace@example.org")
    make_user("bob")

    page = office.get(PAGE, {"q": "LOVELACE"}).content.decode()
    assert "ada" in page
    assert "bob" not in page
    assert "Nobody is called like that" in office.get(PAGE, {"q": "x\0y%"}).content.decode()


def test_nobody_climbs_by_the_account_of_somebody_above(office, helper, ada):
    root = User.objects.get(username="root")

    assert helper.post(f"{PAGE}{root.pk}/").status_code == 404
    assert "Make a link for root" not in helper.get(PAGE).content.decode()
    assert helper.post(f"{PAGE}{ada.pk}/").status_code == 200


def test_an_account_that_is_closed_or_waits_gets_none(office):
    for person in (
        make_user("eve", is_active=False),
        make_user("mal", is_active=False, waits_for="approval"),
    ):
        assert office.post(f"{PAGE}{person.pk}/").status_code == 404
    assert "<bdi>eve" not in office.get(PAGE).content.decode()


def test_nobody_else_gets_one(ada, browser):
    assert browser.post(f"{PAGE}{ada.pk}/").status_code == 404


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999999"])
def test_a_number_that_is_nobodys_is_not_found(pk, office):
    assert office.post(f"{PAGE}{pk}/").status_code == 404


def test_a_link_does_not_pass_by_the_second_factor(ada, office):
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(ada, "JBSWY3DPEHPK3PXP")

    visitor = use(link_for(ada, office))

    assert "_auth_user_id" not in visitor.session
    assert PASSWORD != NEW


def test_the_list_costs_the_same_with_many(office):
    counts = []
    for names in (["person"], [f"person{number}" for number in range(15)]):
        for name in names:
            make_user(name)
        with CaptureQueriesContext(connection) as queries:
            assert office.get(PAGE).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 7
