from datetime import timedelta

from django.db.models import F

from conversations.models import Conversation, Status
from conversations.services.marks import marks_of, see
from tests.factories import make_conversation


def test_an_answer_that_ended_unseen_is_unread_until_it_is_opened(ada):
    conversation = make_conversation(ada, "Question", "Answer")
    assert not conversation.is_unread

    Conversation.objects.filter(pk=conversation.pk).update(
        updated_at=F("updated_at") - timedelta(seconds=1), seen_at=F("seen_at") - timedelta(seconds=2)
    )
    conversation.refresh_from_db()
    assert conversation.is_unread

    see(conversation)
    conversation.refresh_from_db()
    assert not conversation.is_unread


def test_what_was_never_open_here_is_not_unread(ada):
    assert not Conversation(owner=ada).is_unread


def test_opening_again_what_was_seen_writes_nothing(ada, django_assert_num_queries):
    conversation = make_conversation(ada, "Question", "Answer")

    with django_assert_num_queries(0):
        see(conversation)


def test_a_row_knows_whether_an_answer_is_being_made(ada, bob, django_assert_num_queries):
    running, still, foreign = (make_conversation(owner, "Q", "A") for owner in (ada, ada, bob))
    for conversation in (running, foreign):
        conversation.generations.update(status=Status.RUNNING)

    with django_assert_num_queries(1):
        rows = marks_of(ada, [row.public_id for row in (running, still, foreign)])

    assert {row: row.is_running for row in rows} == {running: True, still: False}
