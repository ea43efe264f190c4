"""A code by mail signs in once; it says nothing of who has an account."""

import re

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ASK = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"


@pytest.fixture(autouse=True)
def has_mail(settings):
    settings.HAS_MAIL = True
    settings.ACCOUNT_PREVENT_ENUMERATION = "strict"


@pytest.fixture
def ada(db) -> User:
    ada = make_user("ada", email="ada@example.org")
    ada.emailaddress_set.create(email="ada@example.org", verified=True, primary=True)
    return ada


def ask(email: str = "ada@example.org"):
    visitor = Client()
    return visitor, visitor.post(ASK, {"email": email})


def code_in_letter() -> str:
    return re.findall(r"^([A-Z0-9-]{6,})$", str(mail.outbox[-1].body), re.MULTILINE)[0]


def is_in(visitor: Client) -> bool:
    return "_auth_user_id" in visitor.session


def test_the_code_from_the_letter_signs_in_once(ada, settings):
    settings.SITE_NAME = "Otters"
    visitor, _ = ask()
    assert "Hello from Otters!" in mail.outbox[-1].body
    code = code_in_letter()
    visitor.post(CONFIRM, {"code": code})
    assert is_in(visitor)

    visitor.post("/accounts/logout/")
    visitor.post(CONFIRM, {"code": code})
    assert not is_in(visitor)


def test_a_code_is_for_the_visitor_who_asked(ada):
    ask()
    code = code_in_letter()
    other, _ = ask()
    other.post(CONFIRM, {"code": code})

    assert not is_in(other)
    assert not is_in(Client())


def test_after_three_wrong_codes_the_right_one_is_over(ada):
    visitor, _ = ask()
    code = code_in_letter()
    for _ in range(3):
        visitor.post(CONFIRM, {"code": "WRONG-00"})
    visitor.post(CONFIRM, {"code": code})

    assert not is_in(visitor)


def test_after_a_quarter_of_an_hour_it_is_over(ada):
    with time_machine.travel("2026-01-01 12:00", tick=False) as clock:
        visitor, _ = ask()
        clock.shift(901)
        visitor.post(CONFIRM, {"code": code_in_letter()})

        assert not is_in(visitor)


def test_an_unknown_address_gets_the_same_pages(ada):
    known, first = ask()
    unknown, second = ask("nobody@example.org")

    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    pages = [visitor.get(CONFIRM).content.decode() for visitor in (known, unknown)]
    same = [re.sub(r'value="[^"]*"|content="[^"]*"|\S+@example.org', "", page) for page in pages]
    assert same[0] == same[1]
    wrong = [visitor.post(CONFIRM, {"code": "WRONG-00"}) for visitor in (known, unknown)]
    assert wrong[0].status_code == wrong[1].status_code
    assert len(mail.outbox) == 2


def test_a_code_does_not_pass_by_the_second_factor(ada):
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP")
    visitor, _ = ask()

    response = visitor.post(CONFIRM, {"code": code_in_letter()})

    assert response.headers["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(visitor)


def test_many_requests_for_one_address_wait(ada):
    pages = [ask()[1] for _ in range(4)]

    assert pages[0].status_code == 302
    assert pages[-1].status_code != 302 or len(mail.outbox) <= 3


@pytest.mark.parametrize("closed", [{"is_active": False}, {"is_active": False, "waits_for": "approval"}])
def test_a_closed_account_gets_no_code(closed, ada):
    User.objects.update(**closed)
    visitor, _ = ask()

    assert not re.search(r"^[A-Z0-9-]{6,}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert visitor.get(CONFIRM).status_code == 200


def test_without_mail_there_is_no_such_way(ada, settings):
    settings.HAS_MAIL = False

    _, response = ask()

    assert response.status_code == 200
    assert "sends no mail" in response.content.decode()
    assert not mail.outbox
    assert ASK not in Client().get("/accounts/login/").content.decode()
