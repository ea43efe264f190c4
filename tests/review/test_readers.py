"""The page of an owner: who may read my conversations, and who did."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.leaving import ABOUT, forget
from accounts.models import User
from conversations.models import Conversation
from review import readers
from review.granting import ask_to_read
from review.models import AccessRule, Action, Flag, Mode, ReadEvent
from review.modes import keep_rule
from review.trail import record
from tests.factories import make_conversation, make_group, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> User:
    rita = make_user("rita")
    rita.user_permissions.add(Permission.objects.get(codename="read_conversations"))
    return rita


@pytest.fixture
def talk(ada) -> Conversation:
    return make_conversation(ada, "Otters <b>eat</b>", "Fish.")


def page(browser, path: str = "/readers/") -> str:
    response = browser.get(path)
    assert response.status_code == 200
    return str(response.content.decode())


def test_nobody_read_and_nobody_may(browser):
    html = page(browser)

    assert "Reviewers may read." in html
    assert "At the moment nobody else is a reviewer." in html
    assert "Nobody so far." in html


def test_an_owner_sees_who_may_and_who_did(browser, rita, talk, bob):
    others = make_conversation(bob, "Secret", "Secret")
    record(rita, action=Action.OPENED, conversations=[talk], address="192.0.2.7", reason="Ticket <12>")
    record(rita, action=Action.SEARCHED, conversations=[others], address=None)

    html = page(browser)

    assert "<bdi>rita</bdi>" in html
    assert "Otters &lt;b&gt;eat" in html
    assert "Ticket &lt;12&gt;" in html
    assert "192.0.2.7" not in html
    assert "Searched" not in html
    assert "Secret" not in html


def test_a_page_of_hits_is_one_line(browser, rita, talk, ada):
    more = make_conversation(ada, "Hi", "Ho")
    record(rita, action=Action.SEARCHED, conversations=[talk, more], address=None, reason="About bob")

    html = page(browser)

    assert html.count("Searched") == 1
    assert "2 conversations" in html
    assert "About bob" in html  # all of it is hers


def test_of_one_conversation_only_its_readings_are_shown(browser, rita, talk, ada):
    more = make_conversation(ada, "Hi", "Ho")
    record(rita, action=Action.OPENED, conversations=[more], address=None, reason="Another")

    assert "Nobody so far." in page(browser, f"/readers/c/{talk.public_id}/")
    assert "Another" in page(browser, f"/readers/c/{more.public_id}/")


def test_whose_reader_is_gone_and_what_is_deleted_is_said_so(browser, rita, talk):
    record(rita, action=Action.OPENED, conversations=[talk], address=None)
    Conversation.objects.filter(pk=talk.pk).update(deleted_at=talk.created_at)
    forget(rita)

    html = page(browser)

    assert "Somebody who is not here any more" in html
    assert "a conversation that you have deleted" in html


def test_older_readings_are_a_page_further(browser, rita, talk, monkeypatch):
    monkeypatch.setattr(readers, "PAGE", 2)
    for number in range(5):
        record(rita, action=Action.OPENED, conversations=[talk], address=None, reason=f"Ticket {number}")

    first = page(browser)
    assert "Ticket 4" in first
    assert "Ticket 2" not in first
    path = first.partition('href="?before=')[2].partition('"')[0]
    second = page(browser, f"/readers/?before={path}")
    assert "Ticket 2" in second
    assert "Ticket 4" not in second


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 40, "²", "%00"])
def test_a_strange_place_is_answered(before, browser):
    assert browser.get(f"/readers/?before={before}").status_code == 200


def test_the_page_asks_as_often_for_many_readings(browser, rita, ada):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(browser)
        return len(asked)

    def read(times: int) -> None:
        for _ in range(times):
            talk = make_conversation(ada, "Hi", "Ho")
            record(rita, action=Action.OPENED, conversations=[talk], address=None)

    read(2)
    page(browser)
    few = queries()
    read(20)

    assert queries() == few


def test_a_new_mode_is_told_on_every_page_until_it_is_seen(browser, ada, bob):
    assert "was changed" not in page(browser, "/")
    keep_rule(AccessRule(group=make_group("team", ada), mode=Mode.CLOSED), by=bob)

    assert "What reviewers may read of yours was changed" in page(browser, "/")
    assert "Nobody may read." in page(browser)
    assert browser.post("/readers/seen/").status_code == 302

    assert "was changed" not in page(browser, "/")
    assert "was changed" not in page(browser)


def test_a_grant_is_shown_to_whom_it_is_about(browser, ada, rita):
    AccessRule.objects.create(group=make_group("team", ada), mode=Mode.GRANTED)
    ask_to_read(rita, owner=ada, reason="Ticket 12", hours=2)

    html = page(browser)

    assert "may read until" in html
    assert "Ticket 12" in html


def test_an_owner_asks_for_a_review_and_takes_it_back(browser, talk):
    way = f"/readers/c/{talk.public_id}/"
    assert "Ask for a review" in page(browser, way)
    browser.post(way + "ask/")
    browser.post(way + "ask/")
    assert Flag.objects.get().conversation == talk
    assert "Ask for a review no more" in page(browser, way)

    browser.post(way + "take-back/")

    assert not Flag.objects.exists()


def test_a_stranger_finds_no_such_conversation(stranger, talk):
    assert stranger.get(f"/readers/c/{talk.public_id}/").status_code == 404
    assert stranger.post(f"/readers/c/{talk.public_id}/ask/").status_code == 404
    assert not Flag.objects.exists()


# Grants in the console


@pytest.fixture
def closed_to_reasons(ada) -> AccessRule:
    return AccessRule.objects.create(group=make_group("team", ada), mode=Mode.GRANTED, by_two=True)


def test_a_reader_asks_a_second_one_approves_and_then_it_opens(closed_to_reasons, rita, talk, ada, client_of):
    ravi = make_user("ravi")
    ravi.user_permissions.add(Permission.objects.get(codename="read_conversations"))
    desk, other = client_of(rita), client_of(ravi)
    desk.post("/review/grants/", {"person": "Ada", "reason": "Ticket <12>", "hours": "2"})
    grant = rita.access_grants.get()
    assert desk.get(f"/review/conversations/{talk.public_id}/").status_code == 404
    assert "Ticket &lt;12&gt;" in page(other, "/review/grants/")
    assert desk.post(f"/review/grants/{grant.pk}/approve/").status_code == 422

    assert other.post(f"/review/grants/{grant.pk}/approve/").status_code == 302

    assert desk.get(f"/review/conversations/{talk.public_id}/").status_code == 200
    assert ReadEvent.objects.order_by("pk").last().reason == "Ticket <12>"
    desk.post(f"/review/grants/{grant.pk}/end/")
    assert desk.get(f"/review/conversations/{talk.public_id}/").status_code == 404


def test_what_is_known_of_a_person_tells_who_may_read_and_why(closed_to_reasons, rita, ada, bob):
    ask_to_read(rita, owner=ada, reason="Ticket 12", hours=2)

    (told,) = ABOUT["who-may-read"](ada)
    assert (told["reader_name"], told["reason"], told["expires_at"]) == ("rita", "Ticket 12", None)
    assert list(ABOUT["who-may-read"](bob)) == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"person": "nobody", "reason": "x", "hours": "2"}, "There is nobody of that name."),
        ({"person": "ada", "reason": "", "hours": "2"}, "This field is required."),
        ({"person": "ada", "reason": "x", "hours": "9000"}, "less than or equal to 72"),
        ({"person": "bob", "reason": "x", "hours": "2"}, "No grant can be had here: Reviewers may read."),
        ({"person": "a\0da", "reason": "x", "hours": "2"}, "Null characters"),
    ],
)
def test_what_cannot_be_asked_is_told_and_the_words_are_kept(
    typed, sentence, closed_to_reasons, rita, bob, client_of
):
    response = client_of(rita).post("/review/grants/", typed)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert f'value="{typed["hours"]}"' in response.content.decode()


def test_who_neither_reads_nor_approves_finds_no_grants(closed_to_reasons, rita, ada, stranger):
    grant = ask_to_read(rita, owner=ada, reason="Ticket 12", hours=2)

    assert stranger.get("/review/grants/").status_code == 404
    for way in ("approve", "end"):
        assert stranger.post(f"/review/grants/{grant.pk}/{way}/").status_code == 404
        assert stranger.post(f"/review/grants/{9**30}/{way}/").status_code == 404
    grant.refresh_from_db()
    assert grant.state == "waits"


def test_who_was_given_approval_alone_approves_and_reads_nothing(
    closed_to_reasons, rita, ada, talk, client_of
):
    anna = make_user("anna")
    anna.user_permissions.add(Permission.objects.get(codename="approve_access"))
    grant = ask_to_read(rita, owner=ada, reason="Ticket 12", hours=2)
    desk = client_of(anna)

    assert "Whose conversations" not in page(desk, "/review/grants/")
    assert desk.post(f"/review/grants/{grant.pk}/approve/").status_code == 302
    assert desk.post(f"/review/grants/{9**30}/approve/").status_code == 404
    assert desk.get(f"/review/conversations/{talk.public_id}/").status_code == 404


# The administration


def test_an_administrator_sets_a_mode_and_it_is_on_record(ada, client_of):
    root = make_user("root", is_staff=True, is_superuser=True)
    office, team = client_of(root), make_group("team", ada)
    office.post("/admin/review/accessrule/add/", {"group": team.pk, "mode": "3"})
    rule = AccessRule.objects.get()
    office.post(f"/admin/review/accessrule/{rule.pk}/change/", {"group": team.pk, "mode": "0"})
    office.post(f"/admin/review/accessrule/{rule.pk}/delete/", {"post": "yes"})

    changes = page(office, "/admin/review/modechange/")
    assert changes.count("Nobody may read") == 2
    assert not AccessRule.objects.exists()
    for model in ("accessgrant", "flag", "pseudonym", "sighting", "trailhead", "modeseen"):
        page(office, f"/admin/review/{model}/")
        assert office.get(f"/admin/review/{model}/add/").status_code == 403
