"""People in the admin: look-alike names, and no secret of anybody."""

from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts.first_admin import setup_path
from accounts.models import SetupLink, User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def office(client_of) -> Client:
    return client_of(make_user("root", is_staff=True, is_superuser=True))


def test_no_two_sections_have_one_name(office):
    sections = [app["name"] for app in office.get("/admin/").context["app_list"]]

    assert len(sections) == len(set(sections))
    assert {"People", "E-mail addresses"} <= set(sections)


def test_dates_are_read_the_same_everywhere(ada, office):
    User.objects.filter(pk=ada.pk).update(date_joined=datetime(2026, 11, 3, 14, 5, tzinfo=UTC))

    page = office.get("/admin/accounts/user/").content.decode()

    assert "3 Nov 2026, 14:05" in page
    assert "Nov." not in page
    assert "p.m." not in page


def add(office: Client, username: str):
    fields = {"username": username, "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    return office.post("/admin/accounts/user/add/", fields)


def test_somebody_is_given_an_account(office):
    assert add(office, "grace").status_code == 302
    assert User.objects.get(username="grace").check_password(PASSWORD)


@pytest.mark.parametrize("username", ["ADA", "ａｄａ", "аda", "a@b", "a\0b"])
def test_a_look_alike_is_refused_with_a_sentence(username, ada, office):
    response = add(office, username)

    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert User.objects.count() == 2


def change(office: Client, person: User, **fields: str):
    page = f"/admin/accounts/user/{person.pk}/change/"
    return office.post(page, {"username": person.username, "theme": "system", "is_active": "on", **fields})


def test_somebody_is_renamed_but_not_to_a_look_alike(ada, bob, office):
    assert change(office, bob, username="ADA").status_code == 200
    assert change(office, bob, username="robert").status_code == 302
    assert change(office, bob, username="robert", first_name="Bob").status_code == 302

    bob.refresh_from_db()
    assert (bob.username, bob.username_key, bob.first_name) == ("robert", "robert", "Bob")


def test_an_account_is_closed_and_not_deleted(ada, browser, office):
    assert office.post(f"/admin/accounts/user/{ada.pk}/delete/", {"post": "yes"}).status_code == 403
    page = f"/admin/accounts/user/{ada.pk}/change/"
    office.post(page, {"username": "ada", "theme": "system"})

    ada.refresh_from_db()
    assert not ada.is_active
    assert browser.get("/accounts/").status_code == 302


def test_no_page_shows_what_opens_an_account(ada, office):
    visitor = Client()
    visitor.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    key = visitor.session.session_key
    TOTP.activate(ada, SECRET)
    session, authenticator = UserSession.objects.get(), Authenticator.objects.get()
    pages = [
        f"/admin/accounts/user/{ada.pk}/change/",
        "/admin/usersessions/usersession/",
        f"/admin/usersessions/usersession/{session.pk}/change/",
        "/admin/mfa/authenticator/",
        f"/admin/mfa/authenticator/{authenticator.pk}/change/",
    ]

    for page in pages:
        response = office.get(page)
        assert response.status_code == 200, page
        html = response.content.decode()
        assert key not in html, page
        assert SECRET not in html, page
        assert ada.password not in html, page


@pytest.mark.parametrize(
    "page",
    [
        "usersessions/usersession/?session_key__startswith=a",
        "mfa/authenticator/?data__contains=a",
        "accounts/user/?password__startswith=md5",
        "accounts/setuplink/?token_hash__startswith=a",
    ],
)
def test_secrets_cannot_be_guessed_by_filters(page, office):
    assert office.get(f"/admin/{page}").status_code in {302, 400}


def test_a_lost_phone_is_taken_off_an_account(ada, office):
    TOTP.activate(ada, SECRET)
    authenticator = Authenticator.objects.get()

    office.post(f"/admin/mfa/authenticator/{authenticator.pk}/delete/", {"post": "yes"})

    assert not Authenticator.objects.exists()


def test_a_set_up_link_can_be_seen_to_exist_and_not_be_made(office):
    SetupLink.objects.create(token_hash="0" * 64)

    page = office.get("/admin/accounts/setuplink/1/change/").content.decode()

    assert "0" * 64 not in page
    assert office.get("/admin/accounts/setuplink/add/").status_code == 403
    assert setup_path() is None
