"""Reading another person's conversation: for those who may, read-only, and on record before it is shown."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from conversations.models import Conversation, Status
from conversations.services import transcript
from conversations.services.feedback import explain_feedback
from review.models import ReadEvent
from review.views import conversation as views
from tests.factories import add_answer, make_conversation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(ada) -> Conversation:
    return make_conversation(ada, "What do otters eat?", "**Fish**, mostly.")


@pytest.fixture
def rita():
    """Somebody who may read."""
    rita = make_user("rita")
    rita.user_permissions.add(Permission.objects.get(codename="read_conversations"))
    return rita


@pytest.fixture
def desk(rita, client_of) -> Client:
    return client_of(rita)


def page_of(talk: Conversation) -> str:
    return reverse("review:read_conversation", args=[talk.public_id])


def test_who_may_read_sees_the_conversation_as_its_owner_does(talk, desk):
    page = desk.get(page_of(talk)).content.decode()

    assert "What do otters eat?" in page
    assert "<strong>Fish</strong>" in page
    assert "ada" in page


def test_the_reading_is_on_record(talk, rita, desk):
    reason = "A complaint of 3 March"
    response = desk.get(page_of(talk), {"reason": reason}, REMOTE_ADDR="192.0.2.7")

    event = ReadEvent.objects.get()
    assert (event.reader, event.reader_name, event.owner_name) == (rita, "rita", "ada")
    assert (event.conversation_id, event.action) == (talk.public_id, "opened")
    assert (event.reason, event.address) == (reason, "192.0.2.7")
    assert "This reading is on record" in response.content.decode()


def test_a_reason_is_asked_for_but_not_demanded(talk, desk):
    page = desk.get(page_of(talk)).content.decode()

    assert 'name="reason"' in page
    assert ReadEvent.objects.get().reason == ""


def test_each_opening_is_an_event_of_its_own(talk, desk):
    desk.get(page_of(talk))
    desk.get(page_of(talk))
    desk.head(page_of(talk))

    assert ReadEvent.objects.count() == 3


def test_it_is_on_record_before_a_word_is_read(talk, desk, monkeypatch):
    recorded = []

    def build_transcript(conversation, stretch):
        recorded.append(ReadEvent.objects.count())
        return transcript.build_transcript(conversation, stretch)

    monkeypatch.setattr(views, "build_transcript", build_transcript)
    desk.get(page_of(talk))

    assert recorded == [1]


def test_what_cannot_be_recorded_is_not_shown(talk, desk, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(ReadEvent, "save", fail)

    with pytest.raises(OSError, match="no space"):
        desk.get(page_of(talk))


def test_one_sees_who_has_read_it_before(talk, desk, client_of):
    other = make_user("ravi")
    other.user_permissions.add(Permission.objects.get(codename="read_conversations"))
    client_of(other).get(page_of(talk), {"reason": "Ticket 12 & <b>13</b>"})

    page = desk.get(page_of(talk)).content.decode()

    assert "ravi" in page
    assert "Ticket 12 &amp; &lt;b&gt;13" in page


@pytest.mark.parametrize("fields", [{}, {"is_staff": True}], ids=["nobody", "staff"])
def test_without_the_permission_it_does_not_exist(fields, talk, client_of):
    visitor = client_of(make_user("mallory", **fields))

    assert visitor.get(page_of(talk)).status_code == 404
    assert not ReadEvent.objects.exists()


def test_its_owner_reads_it_elsewhere(talk, browser):
    assert browser.get(page_of(talk)).status_code == 404


def test_an_owner_with_the_permission_is_on_record_like_everybody(rita, desk):
    own = make_conversation(rita, "Mine", "Yours.")

    assert desk.get(page_of(own)).status_code == 200
    assert ReadEvent.objects.get().owner_name == "rita"


def test_what_its_owner_deleted_is_gone_here_too(talk, desk):
    Conversation.objects.filter(pk=talk.pk).update(deleted_at=talk.created_at)

    assert desk.get(page_of(talk)).status_code == 404
    assert not ReadEvent.objects.exists()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_done_but_reading(method, talk, desk):
    assert getattr(desk, method)(page_of(talk)).status_code == 405
    assert not ReadEvent.objects.exists()


def test_the_page_has_nothing_that_changes_the_conversation(talk, desk):
    add_answer(talk, talk.leaf.parent, "Crabs.")
    page = desk.get(page_of(talk)).content.decode()

    posted = re.findall(r'(?:method="post" action|hx-post)="([^"?]*)', page)
    assert posted
    assert all(address.startswith(f"/review/conversations/{talk.public_id}/") for address in posted)
    assert not re.search(r'(href|action|hx-get|data-stream|data-source)="/(m|g|c)/', page)


def test_what_its_owner_thinks_stands_at_the_answer(talk, desk):
    assert "What its owner thinks" not in desk.get(page_of(talk)).content.decode()
    explain_feedback(talk.leaf, thumb="down", reasons=["wrong"], words="<b>Crabs</b>, too")

    page = desk.get(page_of(talk)).content.decode()

    assert "What its owner thinks" in page
    assert f'<a href="#m-{talk.leaf.public_id}">Bad answer</a>' in page
    assert "Not correct" in page
    assert "&lt;b&gt;Crabs&lt;/b&gt;, too" in page
    assert "aria-pressed" not in page


def test_a_running_answer_is_shown_as_far_as_it_is_stored(talk, desk):
    answer = add_answer(talk, talk.leaf, "", status=Status.RUNNING, finished_at=None)
    answer.generation.chunks.create(kind="answer", position=0, text="So far")
    talk.move_to(answer)

    page = desk.get(page_of(talk)).content.decode()

    assert "So far" in page
    assert "data-stream" not in page


@pytest.mark.parametrize("reason", ["\0", "x" * 10_000, "<script>alert(1)</script>", "\u202e"])
def test_strange_reasons_are_kept_as_far_as_they_go(reason, talk, desk):
    response = desk.get(page_of(talk), {"reason": reason})

    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()
    assert len(ReadEvent.objects.get().reason) <= 500


def test_the_page_asks_as_often_for_a_long_conversation(ada, desk, django_assert_max_num_queries):
    short, long = make_conversation(ada, *["Hi", "Ho"]), make_conversation(ada, *["Hi", "Ho"] * 30)
    desk.get(page_of(short))  # what is asked once a process is known now
    with django_assert_max_num_queries(34) as few:
        desk.get(page_of(short))
    with django_assert_max_num_queries(34) as many:
        desk.get(page_of(long))

    assert len(many) <= len(few) + 1


def test_pages_are_not_kept_by_anybody(talk, desk):
    assert "no-store" in desk.get(page_of(talk)).headers["Cache-Control"]
