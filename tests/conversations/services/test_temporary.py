from datetime import timedelta

from django.utils import timezone

from conversations.models import Conversation, Purpose
from conversations.services.organising import list_folders
from conversations.services.search import parse_query, search
from conversations.services.temporary import keep_conversation
from conversations.services.titles import ask_for_title
from conversations.services.transfer.exporting import _each
from conversations.views.sidebar import Sidebar
from review.keeping.pruning import prune_all
from tests.factories import make_conversation


def test_what_is_temporary_is_in_no_list_no_search_and_no_export(ada):
    make_conversation(ada, "Otters for now", "Yes.", temporary=True, folder="Sea")
    kept = make_conversation(ada, "Otters for ever", "Yes.")

    assert Sidebar(ada).page == [kept]
    assert list_folders(ada) == []
    found = search(ada, parse_query("otters"))
    assert {hit.conversation for hit in [*found.messages, *found.conversations]} == {kept}
    assert list(_each(ada)) == [kept]


def test_it_is_removed_some_hours_after_its_last_word_and_others_stay(ada):
    old, young, kept = (make_conversation(ada, "Hello", "Hi", temporary=True) for _ in range(3))
    keep_conversation(kept)
    long_ago = timezone.now() - timedelta(hours=25)
    Conversation.objects.filter(pk__in=[old.pk, kept.pk]).update(updated_at=long_ago)

    assert prune_all(now=timezone.now()).removed == 1

    assert set(Conversation.objects.all()) == {young, kept}


def test_no_model_is_asked_to_name_it(ada):
    conversation = make_conversation(ada, "Hello", "Hi", temporary=True)

    ask_for_title(conversation)

    assert not conversation.generations.filter(purpose=Purpose.TITLE).exists()
