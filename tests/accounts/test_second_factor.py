"""REQUIRE_SECOND_FACTOR leads to where one is set up, and nothing leads past it."""

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, make_conversation, make_share, make_user

from .test_account_page import code_of

pytestmark = pytest.mark.django_db
SET_UP = "/accounts/2fa/"
SECOND = "/accounts/2fa/authenticate/"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def for_all(settings):
    settings.REQUIRE_SECOND_FACTOR = "all"


@pytest.fixture
def for_staff(settings):
    settings.REQUIRE_SECOND_FACTOR = "staff"


@pytest.fixture
def root(db) -> User:
    return make_user("root", is_staff=True, is_superuser=True)


def sign_in(visitor: Client, username: str = "ada"):
    return visitor.post("/accounts/login/", {"login": username, "password": PASSWORD})


def test_every_page_leads_to_where_one_is_set_up(for_all, ada, browser):
    talk = make_conversation(ada, "What do otters eat?", "Fish.")
    pages = [
        "/",
        f"/c/{talk.public_id}/",
        "/accounts/",
        "/accounts/email/",
        "/accounts/sessions/",
        "/search/",
    ]
    pages += [
        f"/g/{talk.leaf.generation.public_id}/events/",
        "/shares/",
        "/nowhere/",
        "/accounts/password/change/",
    ]

    for page in pages:
        response = browser.get(page)
        assert (response.status_code, response.headers["Location"]) == (302, SET_UP), page
    assert browser.post(f"/c/{talk.public_id}/messages/", {"text": "Hello"}).headers["Location"] == SET_UP
    assert "asks you for a second step" in browser.get(SET_UP).content.decode()


def test_htmx_is_led_there_by_its_header(for_all, browser):
    response = browser.get("/search/", headers={"HX-Request": "true"})

    assert (response.status_code, response.headers["HX-Redirect"]) == (204, SET_UP)


def test_a_link_that_people_share_is_no_way_past(for_all, ada, bob, client_of):
    share = make_share(make_conversation(bob, "Secret?", "Yes."))

    assert client_of(ada).get(f"/s/{share.token}/").status_code == 302


@pytest.mark.django_db(transaction=True)
async def test_a_stream_is_no_way_past(settings):
    settings.REQUIRE_SECOND_FACTOR = "all"
    from asgiref.sync import sync_to_async

    ada = await sync_to_async(make_user)("ada")
    talk = await sync_to_async(make_conversation)(ada, "What do otters eat?", "Fish.")
    visitor = AsyncClient()
    await visitor.aforce_login(ada)
    generation = await sync_to_async(lambda: talk.leaf.generation.public_id)()

    response = await visitor.get(f"/g/{generation}/events/")

    assert (response.status_code, response.headers["Location"]) == (302, SET_UP)


def test_staff_alone_are_asked_and_the_admin_is_no_way_past(for_staff, root, client_of, browser):
    office = client_of(root)

    assert browser.get("/").status_code == 200
    for page in ("/", "/admin/", "/admin/accounts/user/", "/admission/", "/admin/login/"):
        assert office.get(page).headers["Location"] == SET_UP
    assert office.post("/admin/logout/").headers["Location"] == SET_UP


def test_one_may_always_sign_out(for_all, browser):
    assert browser.post("/accounts/logout/").headers["Location"] == "/accounts/login/"
    assert browser.get("/").headers["Location"].startswith("/accounts/login/")


def test_who_sets_one_up_goes_on(for_all, ada):
    visitor = Client()
    sign_in(visitor)
    assert visitor.get("/").headers["Location"] == SET_UP
    asked_again = visitor.get(reverse("mfa_activate_totp")).headers["Location"]
    visitor.post(asked_again, {"password": PASSWORD})
    visitor.get(reverse("mfa_activate_totp"))
    visitor.post(reverse("mfa_activate_totp"), {"code": code_of(visitor.session["mfa.totp.secret"])})

    assert visitor.get("/").status_code == 200


def test_who_loses_it_is_led_back(for_all, ada, browser):
    TOTP.activate(ada, SECRET)
    assert browser.get("/").status_code == 200
    Authenticator.objects.all().delete()

    assert browser.get("/").headers["Location"] == SET_UP


def test_recovery_codes_alone_are_no_second_factor(for_all, ada, browser):
    Authenticator.objects.create(user=ada, type="recovery_codes", data={})

    assert browser.get("/").headers["Location"] == SET_UP


def test_it_costs_one_query_where_it_is_asked_for_and_none_elsewhere(
    ada, client_of, settings, django_assert_num_queries
):
    TOTP.activate(ada, SECRET)
    without = client_of(ada)
    assert without.get("/help/keys/").status_code == 200  # asks what holds for seconds
    with CaptureQueriesContext(connection) as captured:
        assert without.get("/help/keys/").status_code == 200
    settings.REQUIRE_SECOND_FACTOR = "all"
    asked = client_of(ada)
    with django_assert_num_queries(len(captured) + 1):
        assert asked.get("/help/keys/").status_code == 200


# Codes


def test_ten_wrong_codes_and_one_waits_wherever_they_come_from(ada):
    TOTP.activate(ada, SECRET)
    with time_machine.travel("2026-01-01 12:00", tick=False):
        for number in range(11):
            visitor = Client(REMOTE_ADDR=f"192.0.2.{number}")
            sign_in(visitor)
            page = visitor.post(SECOND, {"code": "000000"}).content.decode()
        assert "Too many failed login attempts" in page
        visitor.post(SECOND, {"code": code_of(SECRET)})

        assert "_auth_user_id" not in visitor.session


def test_a_code_works_once(ada):
    TOTP.activate(ada, SECRET)
    first, second = Client(), Client()
    with time_machine.travel("2026-01-01 12:00", tick=False):
        for visitor in (first, second):
            sign_in(visitor)
            visitor.post(SECOND, {"code": code_of(SECRET)})

        assert "_auth_user_id" in first.session
        assert "_auth_user_id" not in second.session


def test_a_recovery_code_works_once(ada, client_of):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    TOTP.activate(ada, SECRET)
    code = RecoveryCodes.activate(ada).get_unused_codes()[0]
    first, second = Client(), Client()
    for visitor in (first, second):
        sign_in(visitor)
        visitor.post(SECOND, {"code": code})

    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session


@pytest.mark.parametrize("code", ["", "\0", "１２３４５６", "x" * 10_000, "-1"])
def test_an_odd_code_is_a_wrong_one(code, ada):
    TOTP.activate(ada, SECRET)
    visitor = Client()
    sign_in(visitor)

    assert visitor.post(SECOND, {"code": code}).status_code == 200
    assert "_auth_user_id" not in visitor.session


def test_the_second_step_is_nobodys_without_the_first(ada):
    assert Client().post(SECOND, {"code": "000000"}).headers["Location"].startswith("/accounts/login/")
