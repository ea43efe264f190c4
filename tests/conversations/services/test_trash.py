from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Conversation, Generation, Message
from conversations.services import removing, trash
from conversations.services.attachments.keeping import delete_files_of
from conversations.services.errors import Refusal
from conversations.services.keeping import delete_conversation
from review.keeping.pruning import prune_all
from tests.factories import make_attachment, make_conversation


def throw_away(conversation: Conversation, *, days: int) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(deleted_at=timezone.now() - timedelta(days=days))


def purge_trash() -> int:
    return prune_all(now=timezone.now()).removed


def test_what_has_been_there_long_enough_goes_with_all_that_was_said(ada):
    old, young, kept = (make_conversation(ada, "Question", "Answer") for _ in range(3))
    throw_away(old, days=31)
    throw_away(young, days=29)

    assert purge_trash() == 1

    assert set(Conversation.objects.all()) == {young, kept}
    assert Message.objects.count() == 4
    assert Generation.objects.count() == 2


def test_it_goes_in_batches(ada, monkeypatch):
    monkeypatch.setattr(removing, "BATCH", 2)
    for _ in range(5):
        throw_away(make_conversation(ada, "Question", "Answer"), days=40)

    assert purge_trash() == 5
    assert not Conversation.objects.exists()


def test_the_trash_of_one_person_is_emptied(ada, bob):
    for owner in (ada, bob):
        delete_conversation(make_conversation(owner, "Question", "Answer"))
    kept = make_conversation(ada, "Kept")

    assert trash.empty_trash(ada).removed == 1
    assert set(ada.conversations.all()) == {kept}
    assert bob.conversations.count() == 1


def test_only_what_is_in_the_trash_is_deleted_for_ever(ada):
    with pytest.raises(Refusal):
        trash.delete_for_ever(make_conversation(ada, "Kept"))
    assert Conversation.objects.count() == 1


def test_the_files_of_what_goes_for_ever_go_too_unless_another_conversation_carries_them(ada):
    gone, kept = make_conversation(ada, "One", "Two"), make_conversation(ada, "Three", "Four")
    question, other = gone.messages.get(text="One"), kept.messages.get(text="Three")
    alone, shared = make_attachment(ada, question), make_attachment(ada, question, other)
    gone.deleted_at = timezone.now() - timedelta(days=31)
    gone.save()

    purge_trash()

    assert list(ada.attachments.all()) == [shared]
    assert alone.pk != shared.pk


def test_a_file_that_two_carry_goes_with_both_of_them(ada):
    one, other = make_conversation(ada, "One", "Two"), make_conversation(ada, "Three", "Four")
    make_attachment(ada, one.messages.get(text="One"), other.messages.get(text="Three"))
    throw_away(one, days=31)
    throw_away(other, days=31)

    purge_trash()

    assert not ada.attachments.exists()


def test_to_free_files_costs_the_same_for_few_and_for_many(ada, django_assert_num_queries):
    for count in (2, 8):
        gone = [make_conversation(ada, "One", "Two") for _ in range(count)]
        for conversation in gone:
            make_attachment(ada, conversation.messages.get(text="One"))
        with django_assert_num_queries(7):
            delete_files_of(gone)
        assert not ada.attachments.exists()
