import pytest

from conversations.services.errors import Refusal
from conversations.services.organising import (
    Folder,
    dissolve_folder,
    list_folders,
    move_conversation,
    rename_folder,
)
from tests.factories import make_conversation


def test_a_folder_is_there_as_long_as_something_is_in_it(ada, bob):
    otters, badgers = make_conversation(ada, "Otters"), make_conversation(ada, "Badgers")
    move_conversation(otters, folder="  Sea \n life ")
    move_conversation(badgers, folder="Woods")
    move_conversation(make_conversation(bob, "Bob's"), folder="Woods")
    assert list_folders(ada) == [Folder("Sea life", 1), Folder("Woods", 1)]

    move_conversation(otters, folder="")
    assert list_folders(ada) == [Folder("Woods", 1)]


def test_a_folder_takes_in_the_one_that_it_is_called_after(ada, bob):
    make_conversation(ada, "Otters", folder="Sea")
    make_conversation(ada, "Badgers", folder="Woods")
    make_conversation(bob, "Bob's", folder="Sea")

    rename_folder(ada, "Sea", to="Woods")

    assert list_folders(ada) == [Folder("Woods", 2)]
    assert list_folders(bob) == [Folder("Sea", 1)]


def test_a_dissolved_folder_leaves_its_conversations(ada):
    conversation = make_conversation(ada, "Otters", folder="Sea")

    dissolve_folder(ada, "Sea")

    conversation.refresh_from_db()
    assert conversation.folder == ""


@pytest.mark.parametrize("name", ["", " \n ", "x" * 101])
def test_a_name_that_cannot_be_is_told(ada, name):
    make_conversation(ada, "Otters", folder="Sea")

    with pytest.raises(Refusal):
        rename_folder(ada, "Sea", to=name)
    assert list_folders(ada) == [Folder("Sea", 1)]


def test_a_folder_that_is_gone_cannot_be_renamed(ada):
    with pytest.raises(Refusal):
        rename_folder(ada, "Nowhere", to="Somewhere")
