"""What migration 0008 makes of the rows that are there."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from conversations.models import Generation
from conversations.rendering import ON_READ, RENDERER_VERSION
from conversations.services.history import path_to
from conversations.services.sending import rebuild
from conversations.services.transcript import build_entries
from tests.conversations.services.test_record import answer_below
from tests.factories import make_attachment, make_conversation

lean = import_module("conversations.migrations.0008_lean")
EDITOR = SimpleNamespace(connection=connection)


def listed(generation: Generation, *, files: object = None) -> Generation:
    """Write the record of `generation` as it was written before."""
    sent = path_to(generation.message.parent, at_most=generation.sent["length"])
    entries: list[list[object]] = [[str(one.public_id), "a hash"] for one in sent]
    if files:
        entries[-1].append(files)
    Generation.objects.filter(pk=generation.pk).update(sent=entries)
    return Generation.objects.get(pk=generation.pk)


def test_a_list_of_messages_becomes_an_end_and_a_number(ada, monkeypatch):
    monkeypatch.setattr(lean, "BATCH", 1)
    conversation = make_conversation(ada, "One", "Two", "Three")
    file = make_attachment(ada, conversation.leaf)
    carried = [[str(file.public_id), file.sha256, "text"]]
    generation = answer_below(conversation, conversation.leaf)
    before, request = generation.sent, rebuild(generation)
    listed(generation, files=carried)

    lean.describe_sent(apps, EDITOR)
    lean.describe_sent(apps, EDITOR)

    generation = Generation.objects.get(pk=generation.pk)
    assert generation.sent == {**before, "last": conversation.leaf_id}
    assert rebuild(generation) == request


def test_a_list_with_a_message_that_is_gone_stays(ada):
    conversation = make_conversation(ada, "One", "Two", "Three")
    generation = listed(answer_below(conversation, conversation.leaf))
    generation.sent[0][0] = "00000000-0000-4000-8000-000000000000"
    generation.save()

    lean.describe_sent(apps, EDITOR)

    assert Generation.objects.get(pk=generation.pk).sent == generation.sent


@pytest.mark.parametrize(
    ("keys", "parents", "sent", "record"),
    [
        ("abc", {1: None, 2: 1, 3: 2}, "abc", {"last": 3, "length": 3}),
        ("abc", {1: None, 2: 1, 3: 2}, "ac", {"last": 3, "length": 3, "without": [2]}),
        ("abc", {1: None, 2: 1, 3: 2}, "bc", {"last": 3, "length": 2}),
        ("abc", {1: None, 2: 1, 3: 1}, "abc", None),
        ("ab", {1: None, 2: 1}, "abc", None),
    ],
    ids=["all", "one left out", "the newest", "no branch", "one is gone"],
)
def test_a_record_describes_what_was_listed(keys, parents, sent, record):
    found = {key: number for number, key in enumerate(keys, start=1)}

    assert lean.described([[key, "a hash"] for key in sent], found, parents) == record


def test_html_that_is_soon_made_again_goes_and_the_page_is_the_same(ada):
    long = "**Otters** eat fish. " * 400
    conversation = make_conversation(ada, "What do otters eat?", "*Fish.*", "More.", long)
    before = [entry.html for entry in build_entries(conversation)]

    lean.drop_html(apps, EDITOR)

    kept = (
        conversation.messages.filter(role="assistant").order_by("pk").values_list("html", "renderer_version")
    )
    assert list(kept) == [("", ON_READ), (before[3], RENDERER_VERSION)]
    assert [entry.html for entry in build_entries(conversation)] == before


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_that_was_cut_off_begins_again_with_its_indexes():
    state = MigrationExecutor(connection).loader.project_state([("conversations", "0008_lean")])
    for operation in lean.Migration.operations[:2]:
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("conversations", editor, state, state)

    with connection.cursor() as cursor:
        assert "message_replies" in connection.introspection.get_constraints(cursor, "conversations_message")
