import sqlite3
import stat
from contextlib import closing
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from tests.factories import make_conversation, make_user

pytestmark = pytest.mark.django_db(transaction=True)
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL brings its own command")


def name_the_database(monkeypatch, name: str) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", {**settings.DATABASES["default"], "NAME": name})


@pytest.fixture
def database_of_the_test(monkeypatch):
    """The command is told of the database by the settings; a test has one of its own."""
    name_the_database(monkeypatch, connection.settings_dict["NAME"])


@on_sqlite
def test_the_copy_has_what_was_written_and_only_its_owner_reads_it(tmp_path, database_of_the_test):
    make_conversation(make_user("ada"), "Do otters dream?")
    said = StringIO()
    call_command("backup", tmp_path / "copy.sqlite3", stdout=said)

    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT text FROM conversations_message").fetchall() == [("Do otters dream?",)]
    assert stat.S_IMODE((tmp_path / "copy.sqlite3").stat().st_mode) == 0o600
    assert "Copied to" in said.getvalue()


@on_sqlite
def test_what_is_there_already_is_left_alone(tmp_path, database_of_the_test):
    (tmp_path / "copy.sqlite3").write_text("precious")

    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", tmp_path / "copy.sqlite3")
    assert (tmp_path / "copy.sqlite3").read_text() == "precious"


@on_sqlite
def test_a_copy_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    name_the_database(monkeypatch, str(tmp_path / "nowhere.sqlite3"))

    with pytest.raises(CommandError, match="could not be made"):
        call_command("backup", tmp_path / "copy.sqlite3")
    assert not (tmp_path / "copy.sqlite3").exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite is copied")
def test_on_postgresql_it_names_the_command_that_does_it(tmp_path):
    with pytest.raises(CommandError, match="pg_dump"):
        call_command("backup", tmp_path / "copy")
