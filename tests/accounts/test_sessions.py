"""What ends a session ends it at once, and with it whoever follows an answer by it."""

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conversations.access import Visit, still_signed_in
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
PAGE = "/accounts/sessions/"


def sign_in(username: str = "ada") -> Client:
    visitor = Client()
    visitor.post("/accounts/login/", {"login": username, "password": PASSWORD})
    return visitor


def watching(visitor: Client) -> Visit:
    """An open stream of this visitor, as the look after viewers knows it."""
    user = User.objects.get(pk=visitor.session["_auth_user_id"])
    return Visit(visitor.session.session_key, user.pk, user.password)


def is_in(visitor: Client) -> bool:
    return visitor.get("/accounts/").status_code == 200


def session_of(visitor: Client) -> UserSession:
    return UserSession.objects.get(session_key=visitor.session.session_key)


def test_one_session_is_ended_and_no_other(ada):
    here, there, elsewhere = sign_in(), sign_in(), sign_in()
    visits = [watching(visitor) for visitor in (here, there, elsewhere)]
    ends = f"{PAGE}{session_of(there).pk}/end/"
    assert ends in here.get(PAGE).content.decode()

    here.post(ends)

    assert [is_in(visitor) for visitor in (here, there, elsewhere)] == [True, False, True]
    assert still_signed_in(visits) == {visits[0], visits[2]}


def test_all_others_are_ended(ada):
    here, there = sign_in(), sign_in()
    visits = [watching(visitor) for visitor in (here, there)]

    here.post(PAGE)

    assert still_signed_in(visits) == {visits[0]}


def test_somebody_elses_is_not_found(ada, bob):
    adas, bobs = sign_in(), sign_in("bob")

    assert bobs.post(f"{PAGE}{session_of(adas).pk}/end/").status_code == 404
    assert bobs.get(f"{PAGE}{session_of(adas).pk}/end/").status_code == 405
    assert is_in(adas)


def test_a_new_password_ends_what_others_watch(ada):
    here, there = sign_in(), sign_in()
    visit = watching(there)

    here.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "another long pass phrase"}
    )

    assert not is_in(there)
    assert still_signed_in([visit]) == set()


def test_a_closed_account_ends_what_is_watched(ada, client_of):
    here = sign_in()
    visit = watching(here)
    office = client_of(make_user("root", is_staff=True, is_superuser=True))

    office.post(f"/admin/accounts/user/{ada.pk}/change/", {"username": "ada", "theme": "system"})

    assert not is_in(here)
    assert still_signed_in([visit]) == set()


def test_a_session_that_somebody_chose_before_sign_in_is_not_the_one_after(ada):
    visitor = Client()
    visitor.get("/accounts/login/code/")
    visitor.cookies["sessionid"] = "a" * 32

    visitor.post("/accounts/login/", {"login": "ada", "password": PASSWORD})

    assert visitor.session.session_key != "a" * 32
    assert is_in(visitor)


def test_the_list_costs_three_queries_a_session_which_allauth_asks_whether_it_is_over(ada):
    here = sign_in()
    here.get(PAGE)
    counts = []
    for others in (0, 2):
        for _ in range(others):
            sign_in()
        with CaptureQueriesContext(connection) as queries:
            assert here.get(PAGE).status_code == 200
        counts.append(len(queries))

    assert counts[1] - counts[0] <= 3 * 2
    assert counts[1] <= 16
