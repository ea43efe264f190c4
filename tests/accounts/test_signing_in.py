import re

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def signed_in(visitor: Client) -> bool:
    return "_auth_user_id" in visitor.session


def try_to_sign_in(login: str = "ada", password: str = PASSWORD, **fields: str):
    visitor = Client()
    return visitor, visitor.post(LOGIN, {"login": login, "password": password, **fields})


def test_one_signs_up_and_is_in(ada):
    visitor = Client()

    response = visitor.post(
        reverse("account_signup"), {"username": "bob", "password1": PASSWORD, "email": "bob@example.org"}
    )

    assert response.headers["Location"] == "/"
    assert signed_in(visitor)
    bob = User.objects.get(username="bob")
    assert (bob.is_staff, bob.is_superuser) == (False, False)


def test_signing_up_gives_no_rights_that_were_asked_for(ada):
    fields = {"username": "bob", "password1": PASSWORD, "is_staff": "on", "is_superuser": "on", "groups": "1"}
    Client().post(reverse("account_signup"), fields)

    bob = User.objects.get(username="bob")
    assert (bob.is_staff, bob.is_superuser, bob.groups.count()) == (False, False, 0)


def test_a_closed_site_takes_nobody_in(ada, settings):
    settings.SIGNUP = "closed"

    page = Client().get(reverse("account_signup")).content.decode()
    Client().post(reverse("account_signup"), {"username": "bob", "password1": PASSWORD})

    assert "Accounts are given out here" in page
    assert not User.objects.filter(username="bob").exists()
    assert reverse("account_signup") not in Client().get(LOGIN).content.decode()


@pytest.mark.parametrize("login", ["ada", "ada@example.org", "ADA@Example.org"])
def test_one_signs_in_by_name_or_address(login):
    make_user("ada", email="ada@example.org")

    visitor, response = try_to_sign_in(login)

    assert signed_in(visitor)
    assert response.headers["Location"] == "/"


def test_an_address_that_two_people_share_signs_nobody_in():
    make_user("ada", email="both@example.org")
    make_user("bob", email="both@example.org")

    assert not signed_in(try_to_sign_in("both@example.org")[0])


def words_of(response) -> str:
    return re.sub(r'value="[^"]*"|content="[^"]*"', "", response.content.decode())


@pytest.mark.parametrize("unknown", ["nobody", "nobody@example.org"])
def test_a_wrong_name_and_a_wrong_password_look_the_same(unknown):
    make_user("ada", email="ada@example.org")
    known = "ada@example.org" if "@" in unknown else "ada"

    wrong_password = try_to_sign_in(known, "not the password")[1]
    wrong_name = try_to_sign_in(unknown, "not the password")[1]

    assert wrong_password.status_code == wrong_name.status_code
    assert words_of(wrong_password) == words_of(wrong_name)
    assert "do not match" in words_of(wrong_name)


def test_every_attempt_costs_one_password_check_whoever_is_asked_for(settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1)
    make_user("ada", email="ada@example.org")
    make_user("eve", is_active=False)
    checks = []
    encode = PBKDF2PasswordHasher.encode
    monkeypatch.setattr(
        PBKDF2PasswordHasher, "encode", lambda *args, **kwargs: checks.append("") or encode(*args, **kwargs)
    )

    def cost(login: str) -> int:
        checks.clear()
        try_to_sign_in(login, "not the password")
        return len(checks)

    assert [cost(login) for login in ("ada", "ada@example.org", "eve", "nobody", "nobody@example.org")] == [
        1
    ] * 5


def test_a_closed_account_gets_no_session():
    make_user("ada", is_active=False)

    assert not signed_in(try_to_sign_in()[0])


def test_closing_an_account_ends_its_sessions(ada, browser):
    ada.is_active = False
    ada.save()

    assert browser.get(reverse("accounts:account")).status_code == 302


def test_the_session_key_changes_at_sign_in(ada):
    visitor = Client()
    visitor.get("/")
    visitor.cookies["sessionid"] = "chosen-by-somebody-else"

    visitor.post(LOGIN, {"login": "ada", "password": PASSWORD})

    assert signed_in(visitor)
    assert visitor.cookies["sessionid"].value != "chosen-by-somebody-else"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        r"/\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "\thttps://evil.example",
    ],
)
def test_signing_in_leads_nowhere_else(elsewhere, ada):
    assert try_to_sign_in(next=elsewhere)[1].headers["Location"] == "/"


def test_signing_in_leads_back_to_the_page_one_wanted(ada):
    assert try_to_sign_in(next="/help/keys/")[1].headers["Location"] == "/help/keys/"


def test_signing_out_takes_a_post(ada, browser):
    page = browser.get(reverse("account_logout"))
    assert page.status_code == 200
    assert signed_in(browser)

    response = browser.post(reverse("account_logout"))

    assert response.headers["Location"] == LOGIN
    assert not signed_in(browser)


def test_the_admin_has_no_way_in_of_its_own(ada):
    response = Client().post("/admin/login/?next=/admin/", {"username": "ada", "password": PASSWORD})

    assert response.headers["Location"] == "/accounts/login/?next=%2Fadmin%2F"


def test_for_who_is_no_staff_there_is_no_admin(browser):
    assert browser.get("/admin/", follow=True).status_code == 404
    assert browser.get("/admin/login/").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"login": "a\0b", "password": "x"},
        {"login": "ada", "password": "\0"},
        {"login": "x" * 100_000, "password": "x"},
        {"login": "ada", "password": "x" * 100_000},
        {"login": "\ud800".encode("utf-8", "surrogatepass"), "password": "x"},
        {"login": ["ada", "bob"], "password": ["x", "y"]},
    ],
    ids=["empty", "nul in name", "nul in password", "long name", "long password", "surrogate", "twice"],
)
def test_strange_input_is_answered_with_the_form(fields, ada):
    response = Client().post(LOGIN, fields)

    assert response.status_code == 200
    assert "Sign in" in response.content.decode()


def test_a_huge_body_is_refused(ada):
    response = Client().post(LOGIN, {"login": "ada", "password": "x" * 5_000_000})

    assert response.status_code in {400, 413}


def test_the_pages_carry_nothing_inline(ada, browser):
    pages = [Client().get(path) for path in (LOGIN, "/accounts/signup/", "/accounts/password/reset/")]
    pages += [
        browser.get(path)
        for path in ("/accounts/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/email/")
    ]

    for page in pages:
        html = page.content.decode()
        assert not re.search(r"<[^>]+\s(style|on\w+)=", html)
        assert "<style" not in html
        assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", html) == ['<script type="importmap">']
