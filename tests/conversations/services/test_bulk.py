import pytest

from conversations.models import Conversation, Status
from conversations.services.bulk import change_many, undo_change
from conversations.services.errors import Refusal
from conversations.services.keeping import delete_conversation
from tests.factories import make_conversation


def ids(*conversations: Conversation) -> list:
    return [conversation.public_id for conversation in conversations]


def state(*conversations: Conversation) -> list[tuple]:
    rows = Conversation.objects.filter(pk__in=[row.pk for row in conversations]).order_by("pk")
    return [(row.folder, row.archived, row.deleted_at is not None) for row in rows]


@pytest.mark.parametrize(
    ("change", "folder", "after", "sentence"),
    [
        ("archive", "", ("Sea", True, False), "2 conversations were archived."),
        ("delete", "", ("Sea", False, True), "2 conversations were deleted."),
        ("move", "Woods", ("Woods", False, False), "2 conversations are in “Woods”."),
        ("move", "", ("", False, False), "2 conversations are in no folder."),
    ],
)
def test_many_are_changed_and_it_is_taken_back(ada, change, folder, after, sentence):
    first, second = make_conversation(ada, "One", folder="Sea"), make_conversation(ada, "Two", folder="Sea")
    untouched = make_conversation(ada, "Three", folder="Sea")

    changed = change_many(ada, ids(first, second), change=change, folder=folder)

    assert changed.sentence == sentence
    assert state(first, second, untouched) == [after, after, ("Sea", False, False)]
    undo_change(ada, changed.undo)
    assert state(first, second, untouched) == [("Sea", False, False)] * 3


def test_undo_gives_each_its_own_folder_back(ada):
    first, second = make_conversation(ada, "One", folder="Sea"), make_conversation(ada, "Two")

    undo_change(ada, change_many(ada, ids(first, second), change="move", folder="Woods").undo)

    assert state(first, second) == [("Sea", False, False), ("", False, False)]


def test_only_what_was_changed_is_taken_back(ada):
    first, second = make_conversation(ada, "One"), make_conversation(ada, "Two", archived=True)

    changed = change_many(ada, ids(first, second), change="archive")
    undo_change(ada, changed.undo)

    assert changed.sentence == "1 conversation was archived."
    assert state(first, second) == [("", False, False), ("", True, False)]


def test_what_is_somebody_elses_or_in_the_trash_is_not_touched(ada, bob):
    foreign, deleted = make_conversation(bob, "Bob's"), make_conversation(ada, "Gone")
    delete_conversation(deleted)

    with pytest.raises(Refusal):
        change_many(ada, ids(foreign, deleted), change="archive")
    undo_change(ada, {"change": "delete", "rows": {str(foreign.pk): ""}})
    assert state(foreign, deleted) == [("", False, False), ("", False, True)]


@pytest.mark.parametrize("change", ["", "explode"])
def test_something_else_cannot_be_done(ada, change):
    with pytest.raises(Refusal):
        change_many(ada, ids(make_conversation(ada, "One")), change=change)


def test_deleting_stops_what_is_being_written(ada):
    conversation = make_conversation(ada, "One", "Two")
    conversation.generations.update(status=Status.RUNNING)

    change_many(ada, ids(conversation), change="delete")

    assert conversation.generations.get().stop_requested
