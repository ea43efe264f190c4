"""What every test may ask for. `ada` owns things, `bob` is the stranger."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from conversations import wiring
from conversations.rendering import GrowingAnswer
from conversations.services import share_views
from review import modes
from tests.factories import make_user

PATIENCE_S = 60


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings) -> None:
    """SQLite lets a crowd wait in no order: on a slow machine one of ten waits longer than a page may."""
    if settings.SQLITE:
        connection.settings_dict["OPTIONS"]["timeout"] = PATIENCE_S


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Threads that outlive their test keep a session; PostgreSQL drops no database that anybody has open."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """The real hash takes half a second of every test that has a person in it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def remembered_for_one_test(monkeypatch) -> None:
    """What a process remembers for a second is of the test before; in a slow test it would be asked twice."""
    monkeypatch.setattr(wiring.choice, "fresh_s", 3_600.0)
    wiring.choice.forget()
    monkeypatch.setattr(modes.news, "fresh_s", 3_600.0)
    modes.news.forget()


@pytest.fixture(autouse=True)
def no_opening_is_left() -> Iterator[None]:
    """Openings of shares wait in the process; those of one test would be written by the next."""
    yield
    share_views._unwritten.clear()


@pytest.fixture
def no_time_to_render(monkeypatch) -> None:
    """Every answer takes longer to render than it may, and becomes plain text."""
    monkeypatch.setattr(GrowingAnswer.__init__, "__kwdefaults__", {"time_cap_s": 0.0})


@pytest.fixture
def ada(db) -> User:
    return make_user("ada")


@pytest.fixture
def bob(db) -> User:
    return make_user("bob")


@pytest.fixture
def client_of():
    """A browser without JavaScript that `user` is signed in with."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def browser(ada, client_of) -> Client:
    return client_of(ada)


@pytest.fixture
def stranger(bob, client_of) -> Client:
    return client_of(bob)
