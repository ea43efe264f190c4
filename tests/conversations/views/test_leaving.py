"""Leaving by one's own wish: asked once more who it is, out at once, taken back until the day."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conversations.access import Visit, still_signed_in
from conversations.models import Attachment, Conversation, Feedback, Preset, Prompt, Status
from conversations.services.transfer.about_me import export_account
from review.reading import record_reading
from tests.factories import (
    PASSWORD,
    add_answer,
    add_question,
    make_attachment,
    make_conversation,
    make_share,
    make_user,
)

pytestmark = pytest.mark.django_db
PAGE = "/leaving/"


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def signed_in(name: str = "ada") -> Client:
    """A browser in which somebody has just given their password."""
    visitor = Client()
    visitor.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return visitor


def leave(browser: Client):
    """Press the button, and say once more who it is."""
    asked = browser.post(PAGE).headers["Location"]
    return browser.post(asked, {"password": PASSWORD}, follow=True)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {**settings.STORAGES["files"], "OPTIONS": {"location": tmp_path}},
    }


def test_it_is_said_what_goes_and_what_stays_before_one_presses(ada, browser):
    make_conversation(ada, "Question", "Answer")

    page = browser.get(PAGE).content.decode()

    assert "1 conversation, with all that was said in it" in page
    assert "What stays" in page
    assert "For 14 days" in page


def test_who_leaves_is_signed_out_everywhere_and_may_take_it_back(ada, client_of, stranger):
    talk = make_conversation(ada, "What do otters eat?", "Fish.")
    share = make_share(talk)
    running = add_answer(talk, add_question(talk, talk.leaf, "More?"), "", status=Status.QUEUED).generation
    here, elsewhere = signed_in(), signed_in()

    page = leave(here).content.decode()

    assert "Your account will be deleted on" in page
    for browser in (here, elsewhere):
        assert browser.get("/").headers["Location"].startswith("/accounts/login/")
    running.refresh_from_db()
    assert running.status == Status.STOPPED
    assert stranger.get(f"/s/{share.token}/").status_code == 404

    back = signed_in()
    assert back.get("/").headers["Location"] == PAGE
    assert "Keep my account" in back.get(PAGE).content.decode()
    back.post("/leaving/take-back/")
    assert fresh(ada).leaves_at is None
    assert back.get(f"/c/{talk.public_id}/").status_code == 200
    assert stranger.get(f"/s/{share.token}/").status_code == 200


def test_without_the_password_nobody_leaves(ada, browser):
    assert browser.post(PAGE).headers["Location"].startswith("/accounts/reauthenticate/")
    assert fresh(ada).leaves_at is None

    asked = f"/accounts/reauthenticate/?next={PAGE}"
    wrong = browser.post(asked, {"password": "not the pass phrase"})
    assert "This is not your password." in wrong.content.decode()
    assert fresh(ada).leaves_at is None

    browser.post(asked, {"password": PASSWORD})
    assert fresh(ada).leaves_at is not None
    assert browser.get("/").headers["Location"].startswith("/accounts/login/")


def test_asking_twice_keeps_the_day(ada):
    first, second = signed_in(), signed_in()
    second.post(PAGE)
    leave(first)
    day = fresh(ada).leaves_at
    assert day is not None
    leave(signed_in())

    assert fresh(ada).leaves_at == day


def test_a_session_that_was_not_found_shows_nothing_but_the_way_back(ada, browser):
    talk = make_conversation(ada, "What do otters eat?", "Fish.")
    User.objects.filter(pk=ada.pk).update(leaves_at=timezone.now() + timedelta(days=3))

    for address in ("/", f"/c/{talk.public_id}/", "/accounts/", "/files/", "/preferences/", "/admin/"):
        assert browser.get(address).headers["Location"].startswith(PAGE), address
    by_htmx = browser.post(f"/c/{talk.public_id}/send/", {"text": "Hm"}, headers={"HX-Request": "true"})
    assert (by_htmx.status_code, by_htmx.headers["HX-Redirect"]) == (204, PAGE)
    assert talk.messages.count() == 2
    assert browser.get("/nowhere/").status_code == 404
    assert browser.get("/healthz").status_code == 200


def test_the_last_administrator_may_not_leave_unless_somebody_else_becomes_one():
    root = make_user("root", is_staff=True, is_superuser=True)
    office = signed_in("root")

    assert "You are the only administrator." in office.get(PAGE).content.decode()
    assert leave(office).status_code == 422
    assert fresh(root).leaves_at is None

    make_user("grace", is_staff=True, is_superuser=True)
    leave(office)
    assert fresh(root).leaves_at is not None


def test_once_the_day_has_come_it_is_too_late(ada, browser):
    User.objects.filter(pk=ada.pk).update(leaves_at=timezone.now())

    assert browser.post("/leaving/take-back/").status_code == 422
    assert fresh(ada).leaves_at is not None


def test_who_does_not_leave_has_nothing_to_take_back(ada, browser):
    assert browser.post("/leaving/take-back/").status_code == 302
    assert fresh(ada).is_active


def test_who_was_closed_by_an_administrator_cannot_take_it_back(ada):
    User.objects.filter(pk=ada.pk).update(is_active=False, leaves_at=timezone.now() + timedelta(days=3))

    page = signed_in().post("/leaving/take-back/")

    assert page.headers["Location"].startswith("/accounts/login/")
    assert fresh(ada).leaves_at is not None


def test_a_stream_does_not_go_on_for_who_leaves_though_its_session_was_not_found(ada, browser):
    visit = Visit(browser.session.session_key or "", ada.pk, ada.password)
    assert still_signed_in([visit]) == {visit}

    User.objects.filter(pk=ada.pk).update(leaves_at=timezone.now() + timedelta(days=3))

    assert still_signed_in([visit]) == set()


# Everything about me


def unzipped(person: User, browser: Client | None = None) -> zipfile.ZipFile:
    """What `browser` is sent; Django’s client cannot read what is streamed as by a server."""
    response = (browser or signed_in(person.username)).get("/leaving/everything.zip")
    assert response.headers["Content-Disposition"].startswith(
        f'attachment; filename="about-{person.username}-'
    )
    return zipfile.ZipFile(io.BytesIO(b"".join(export_account(person))))


def lines(archive: zipfile.ZipFile, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").decode().splitlines()]


@pytest.fixture
def much(ada, bob) -> Conversation:
    """Something of everything, and something of bob's beside it."""
    talk = make_conversation(ada, "What do otters eat?", "Fish.", title="Otters")
    make_conversation(ada, "Thrown away", "Yes.", deleted_at=timezone.now())
    make_conversation(ada, "Whispered", "Yes.", temporary=True)
    make_attachment(ada, talk.leaf.parent, name="../../otters’ \u202efish.txt", data=b"Otters eat fish.")
    make_share(talk)
    Feedback.objects.create(message=talk.leaf, thumb="up", words="Nice")
    Preset.objects.create(owner=ada, name="Otter expert")
    Prompt.objects.create(owner=ada, name="otter", text="Tell me of otters")
    others = make_conversation(bob, "Secret of bob", "Secret.")
    make_attachment(bob, others.leaf.parent, name="bob.txt", data=b"Secret")
    return talk


def test_everything_about_a_person_is_in_one_zip(ada, bob, much):
    record_reading(much, reader=bob, address="192.0.2.7", reason="Ticket 12")
    archive = unzipped(ada)
    names = archive.namelist()

    assert archive.testzip() is None
    assert json.loads(archive.read("account.json"))["username"] == "ada"
    assert len([name for name in names if name.startswith("conversations/")]) == 3
    assert {name.split("/")[1] for name in names if name.count("/") == 2} == {"trash", "temporary"}
    (file,) = [name for name in names if name.startswith("files/")]
    assert archive.read(file) == b"Otters eat fish."
    assert lines(archive, "feedback")[0]["words"] == "Nice"
    assert lines(archive, "presets")[0]["name"] == "Otter expert"
    assert lines(archive, "prompts")[0]["text"] == "Tell me of otters"
    assert lines(archive, "shares")[0]["conversation"] == str(much.public_id)
    assert len(lines(archive, "usage")) == 3
    assert lines(archive, "sessions")[0]["ip"] == "127.0.0.1"
    assert lines(archive, "who-read-what")[0]["reader_name"] == "bob"
    assert "who-read-what.jsonl" in archive.read("README.txt").decode()


def test_and_nothing_about_anybody_else(ada, much):
    archive = unzipped(ada)
    everything = " ".join(
        [*archive.namelist(), *(archive.read(name).decode() for name in archive.namelist())]
    )

    assert "Secret" not in everything
    assert "bob" not in everything


def test_a_file_is_put_nowhere_else_when_it_is_unpacked(ada, much):
    for name in unzipped(ada).namelist():
        assert ".." not in name.split("/")
        assert not name.startswith("/")
        assert "\u202e" not in name


def test_a_file_whose_bytes_are_lost_does_not_break_the_zip(much, ada):
    attachment = Attachment.objects.get(owner=ada)
    attachment.file.storage.delete(attachment.place)

    archive = unzipped(ada)

    assert archive.testzip() is None
    assert lines(archive, "files")[0]["byte_count"] == 16


def test_who_is_about_to_leave_can_still_take_everything_along(ada, browser, much):
    User.objects.filter(pk=ada.pk).update(leaves_at=timezone.now() + timedelta(days=3))

    assert "account.json" in unzipped(ada, browser).namelist()
