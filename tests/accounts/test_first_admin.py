import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.first_admin import make_first_admin, setup_path
from accounts.models import SetupLink, User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
FIELDS = {"username": "grace", "password1": PASSWORD, "email": ""}


def test_the_link_makes_the_first_administrator_and_signs_them_in():
    visitor = Client()

    response = visitor.post(str(setup_path()), {**FIELDS, "email": "Grace@example.org"})

    grace = User.objects.get()
    assert (grace.is_superuser, grace.is_staff, grace.email) == (True, True, "grace@example.org")
    assert grace.check_password(PASSWORD)
    assert response.headers["Location"] == reverse("conversations:new_conversation")
    assert visitor.session["_auth_user_id"] == str(grace.pk)


def test_the_link_ends_with_the_first_administrator():
    path = str(setup_path())
    Client().post(path, FIELDS)

    assert Client().get(path).status_code == 404
    assert Client().post(path, {**FIELDS, "username": "mallory"}).status_code == 404
    assert setup_path() is None
    assert User.objects.count() == 1
    assert not SetupLink.objects.exists()


def test_the_link_ends_with_anybody_who_was_made_by_a_command():
    path = str(setup_path())
    make_user("grace")

    assert Client().get(path).status_code == 404
    assert Client().post(path, {**FIELDS, "username": "mallory"}).status_code == 404


@pytest.mark.parametrize("token", ["x", "0" * 43, "%00", "../setup", "é" * 50, "x" * 5000])
def test_a_wrong_token_is_not_found(token):
    setup_path()

    assert Client().get(f"/setup/{token}/").status_code == 404
    assert Client().post(f"/setup/{token}/", FIELDS).status_code == 404
    assert not User.objects.exists()


def test_without_a_link_there_is_no_way_in():
    assert Client().post("/setup//", FIELDS).status_code == 404
    assert Client().post("/setup/ /", FIELDS).status_code == 404
    assert make_first_admin("", username="mallory", password=PASSWORD) is None


def test_the_newest_link_counts():
    older, newer = str(setup_path()), str(setup_path())

    answer = Client().get(older)
    assert answer.status_code == 404
    assert "This link has ended" in answer.content.decode()
    assert Client().get(newer).status_code == 200


def test_the_token_itself_is_stored_nowhere():
    token = str(setup_path()).split("/")[2]

    assert len(token) >= 43
    assert token not in str(SetupLink.objects.values_list())


def test_nobody_can_sign_up_before_the_site_is_set_up(settings):
    settings.SIGNUP = "open"
    setup_path()

    page = Client().get(reverse("account_signup"))
    Client().post(reverse("account_signup"), {"username": "mallory", "password1": PASSWORD})

    assert "This site is not set up yet" in page.content.decode()
    assert "This site is not set up yet" in Client().get(reverse("account_login")).content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"password1": "short"}, "too short"),
        ({"password1": "grace-hopper", "username": "grace-hopper"}, "too similar to the username"),
        ({"password1": "long enough \0 but no"}, "Null characters are not allowed"),
        ({"password1": "x" * 1001}, "1000 characters"),
        ({"username": ""}, "required"),
        ({"username": "a\0b"}, "Null characters are not allowed"),
        ({"username": "x" * 151}, "150 characters"),
        ({"username": "two words"}, "valid username"),
        ({"email": "nowhere"}, "valid email"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_still_works(wrong, sentence):
    path = str(setup_path())

    response = Client().post(path, FIELDS | wrong)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not User.objects.exists()
    assert Client().post(path, FIELDS).status_code == 302


def test_password_managers_know_what_the_fields_are():
    page = Client().get(str(setup_path())).content.decode()

    assert 'autocomplete="username"' in page
    assert 'autocomplete="new-password"' in page
    assert "onpaste" not in page


def test_the_command_prints_a_link(capsys, settings):
    settings.SITE_URL = "https://chat.example.org"

    call_command("setup_link")

    printed = capsys.readouterr().out.strip()
    assert printed.startswith("https://chat.example.org/setup/")
    assert Client().get(printed.removeprefix("https://chat.example.org")).status_code == 200


RACER = """
import sys, time, django
django.setup()
from pathlib import Path
from accounts.first_admin import make_first_admin
token, name, gate = sys.argv[1:]
Path(gate, name).touch()
while len(list(Path(gate).iterdir())) < 3:
    time.sleep(0.005)
print(make_first_admin(token, username=name, password="a long pass phrase") is not None)
"""


def test_of_those_who_use_the_link_at_once_one_becomes_administrator(tmp_path):
    # Processes of their own, because the tests' database on SQLite lives in the memory of one.
    gate = tmp_path / "gate"
    gate.mkdir()
    environment = {
        **os.environ,
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/race.sqlite3",
        "DJANGO_SETTINGS_MODULE": "chatsite.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    link = run_python(["manage.py", "migrate", "-v0"], environment) or run_python(
        ["manage.py", "setup_link"], environment
    )
    token = link.strip().split("/")[-2]
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, token, name, str(gate)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two", "three")
    ]

    results = [racer.communicate(timeout=60)[0].strip() for racer in racers]

    assert sorted(results) == ["False", "False", "True"]


@pytest.mark.skipif(settings.SQLITE, reason="the test above is SQLite's")
@pytest.mark.django_db(transaction=True)
def test_so_it_is_on_postgresql():
    token = str(setup_path()).split("/")[2]
    gate = threading.Barrier(3)

    def use(name: str) -> bool:
        gate.wait()
        try:
            return make_first_admin(token, username=name, password=PASSWORD) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as racers:
        results = list(racers.map(use, ["one", "two", "three"]))

    assert sorted(results) == [False, False, True]
    assert User.objects.count() == 1


def run_python(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=Path(settings.BASE_DIR),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout
