import asyncio
import threading

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from conversations.management.commands.serve import configuration
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
WRONG = "not the password"


def attempt(login="ada", password=WRONG, address="192.0.2.1", forwarded=None):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return Client(REMOTE_ADDR=address).post(LOGIN, {"login": login, "password": password}, headers=headers)


def test_after_ten_wrong_passwords_an_address_waits(ada):
    statuses = [attempt(f"name{number}").status_code for number in range(11)]

    assert statuses == [200] * 10 + [429]


def test_after_ten_wrong_passwords_an_account_waits_wherever_they_come_from(ada):
    statuses = [attempt(address=f"192.0.2.{number}").status_code for number in range(1, 12)]

    assert statuses == [200] * 10 + [429]


def test_the_one_who_waits_reads_for_how_long(ada):
    for _ in range(10):
        attempt()

    response = attempt(password=PASSWORD)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "300"
    assert "Try again in 5 minutes" in response.content.decode()
    assert "text/html" in response.headers["Content-Type"]


@pytest.mark.parametrize("login", ["ADA", "ａｄａ", "ada@example.org", " ada"])
def test_another_spelling_gives_no_further_attempts(login):
    make_user("ada", email="ada@example.org")
    for number in range(10):
        attempt(address=f"192.0.2.{number}")

    assert attempt(login, address="192.0.2.99").status_code == 429


def test_a_name_that_nobody_has_waits_just_the_same(ada):
    statuses = [attempt("nobody", address=f"192.0.2.{number}").status_code for number in range(1, 12)]

    assert statuses == [200] * 10 + [429]


def test_the_right_person_gets_in_again_after_five_minutes(ada):
    with time_machine.travel("2026-01-01 12:00", tick=False) as clock:
        for _ in range(10):
            attempt()
        assert attempt(password=PASSWORD).status_code == 429

        clock.shift(301)

        assert attempt(password=PASSWORD).status_code == 302


def test_the_right_password_does_not_count(ada):
    for _ in range(15):
        assert attempt(password=PASSWORD).status_code == 302


def test_a_success_in_between_does_not_wash_the_wrong_ones_away(ada):
    for number in range(10):
        attempt(address=f"192.0.2.{number}")
        attempt("bob" if number else "ada", password=PASSWORD, address=f"192.0.2.{number}")

    assert attempt(address="192.0.2.99").status_code == 429


@pytest.mark.parametrize("behind_proxy", [False, True])
def test_a_forwarded_address_is_not_believed_here(behind_proxy, ada, settings):
    # Behind a proxy the server itself puts the right address in place, and only for proxies that it knows.
    settings.BEHIND_PROXY = behind_proxy

    statuses = [
        attempt(f"name{number}", forwarded=f"198.51.100.{number}").status_code for number in range(11)
    ]

    assert statuses == [200] * 10 + [429]


def test_the_server_believes_only_the_proxies_that_are_set(settings):
    settings.BEHIND_PROXY, settings.TRUSTED_PROXIES = True, ["192.0.2.1"]
    assert asked_from(peer="192.0.2.1", forwarded="203.0.113.9, 198.51.100.7") == "198.51.100.7"
    assert asked_from(peer="192.0.2.2", forwarded="198.51.100.7") == "192.0.2.2"

    settings.BEHIND_PROXY = False
    assert asked_from(peer="192.0.2.1", forwarded="198.51.100.7") == "192.0.2.1"


def asked_from(peer: str, forwarded: str) -> str:
    """The address that an application behind our server's own configuration is told."""
    told = []

    async def application(scope, receive, send):
        told.append(scope["client"][0])

    config = configuration()
    config.app = application
    config.load()
    headers = [(b"x-forwarded-for", forwarded.encode())]
    scope = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": headers}
    asyncio.run(config.loaded_app(scope, None, None))
    return str(told[0])


def guess_from_everywhere(login="ada"):
    for number in range(12):
        attempt(login, address=f"198.51.100.{number}")


def test_who_guesses_at_an_account_does_not_keep_its_owner_out(ada):
    own = Client(REMOTE_ADDR="192.0.2.1")
    own.post(LOGIN, {"login": "ada", "password": PASSWORD})
    own.post("/accounts/logout/")

    guess_from_everywhere()

    assert attempt(password=PASSWORD, address="192.0.2.2").status_code == 429
    assert own.post(LOGIN, {"login": "ADA", "password": PASSWORD}).status_code == 302


def test_a_browser_that_is_known_waits_as_well(ada):
    own = Client(REMOTE_ADDR="192.0.2.1")
    own.post(LOGIN, {"login": "ada", "password": PASSWORD})
    own.post("/accounts/logout/")

    statuses = []
    for number in range(11):
        own.defaults["REMOTE_ADDR"] = f"192.0.2.{number}"
        statuses.append(own.post(LOGIN, {"login": "ada", "password": WRONG}).status_code)

    assert statuses == [200] * 10 + [429]


def test_to_be_known_as_somebody_else_does_not_help(ada, bob):
    bobs = Client(REMOTE_ADDR="192.0.2.1")
    bobs.post(LOGIN, {"login": "bob", "password": PASSWORD})
    bobs.post("/accounts/logout/")
    guess_from_everywhere()

    assert bobs.post(LOGIN, {"login": "ada", "password": PASSWORD}).status_code == 429
    for forged in ("", "x", bobs.cookies["known"].value[:-1], '{"browser":"x","people":[1]}'):
        bobs.cookies["known"] = forged
        assert bobs.post(LOGIN, {"login": "ada", "password": PASSWORD}).status_code == 429


def test_what_makes_a_browser_known_is_out_of_reach_for_scripts(ada, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = attempt(password=PASSWORD).cookies["known"]

    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)


def test_made_up_names_do_not_wash_the_counts_out(ada, settings):
    assert settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] >= 100_000
    assert settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")


def test_proving_once_more_who_one_is_counts_too(ada, client_of):
    for number in range(10):
        attempt(address=f"192.0.2.{number}")

    response = client_of(ada).post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert response.status_code == 429


def test_many_requests_for_a_reset_wait(ada, settings):
    settings.HAS_MAIL = True
    statuses = [
        Client().post(reverse("account_reset_password"), {"email": "ada@example.org"}).status_code
        for _ in range(7)
    ]

    assert statuses[0] == 302
    assert statuses[-1] == 429


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_one_by_one(ada):
    here = threading.Barrier(14)
    statuses: list[int] = []

    def guess(number: int) -> None:
        try:
            here.wait(10)
            statuses.append(attempt(address=f"192.0.2.{number}").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=[number]) for number in range(14)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(statuses) == 14
    assert statuses.count(200) <= 10
