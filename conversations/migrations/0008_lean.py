"""Store less: what was sent in a few words, no HTML that is soon made again, no index that another one covers."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.db import migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState, StateApps
from django.db.models import Q, QuerySet
from django.db.models.functions import Length

search = import_module("conversations.migrations.0007_search")

# What was done is done: an upgrade that is cut off goes on where it was when it is run again.
BATCH = 500
ON_READ = 32_767
DEAR = 4_000
COVERED = [
    ("conversations_message", "conversation_id"),
    ("conversations_message", "parent_id"),
    ("conversations_generation", "continues_id"),
]
INSTEAD = ("message_replies", "generation_continuing")


def drop_covered(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the indexes of foreign keys that another index begins with, or that are empty or full of nothing."""
    connection = schema_editor.connection
    for table, column in COVERED:
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, table)
        for name, facts in found.items():
            of_the_key = facts["index"] and not facts["unique"] and facts["columns"] == [column]
            if of_the_key and name not in INSTEAD:
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}", params=None)


def make_covered(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table, column in COVERED:
        schema_editor.execute(f"CREATE INDEX {table}_{column}_again ON {table} ({column})", params=None)


# Only which words a text has, not where: those places would take as much as a third of the text.
TABLE = """
CREATE VIRTUAL TABLE conversations_{name}words USING fts5(
    owner, text, content='', columnsize=0, detail=none, tokenize="unicode61 remove_diacritics 2"
)
"""
# Days are looked for in it as well, and the walk from the newest message on may begin at any of them.
NEWEST = """
DROP INDEX message_words_newest;;
CREATE INDEX message_words_newest ON conversations_message (words_owner, created_at)
"""


def index_words(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index of words smaller on SQLite, and the one by owner more useful on PostgreSQL."""
    fill_words(schema_editor, TABLE, NEWEST)


def index_words_as_before(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    fill_words(schema_editor, search.TABLE, NEWEST.replace("created_at", "id"))


def fill_words(schema_editor: BaseDatabaseSchemaEditor, table: str, newest: str) -> None:
    """Make the indexes anew; the triggers of 0007 keep them as they are."""
    if schema_editor.connection.vendor == "postgresql":
        search.run(schema_editor, newest)
        return
    with transaction.atomic(using=schema_editor.connection.alias):
        for indexed in search.INDEXED:
            schema_editor.execute(f"DROP TABLE conversations_{indexed['name']}words", params=None)
            schema_editor.execute(table.format(**indexed), params=None)
        search.run(schema_editor, search.FILL)


def describe_sent(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Turn lists of all messages that were sent into the end of their branch and a number."""
    database = schema_editor.connection.alias
    Generation = apps.get_model("conversations", "Generation")
    rows = Generation.objects.using(database)
    for first, last in stretches(rows):
        with transaction.atomic(using=database):
            batch = [
                row
                for row in rows.filter(pk__range=(first, last)).only("sent", "conversation_id")
                if row.sent and isinstance(row.sent, list)
            ]
            trees = trees_of(apps, database, {row.conversation_id for row in batch})
            for row in batch:
                row.sent = described(row.sent, *trees[row.conversation_id]) or row.sent
            rows.bulk_update([row for row in batch if isinstance(row.sent, dict)], ["sent"], batch_size=100)


Tree = tuple[dict[str, int], dict[int, int | None]]


def trees_of(apps: StateApps, database: str, conversations: set[int]) -> dict[int, Tree]:
    """Return, for each of `conversations`, the keys of its messages by public id and their parents."""
    trees: dict[int, Tree] = {pk: ({}, {}) for pk in conversations}
    messages = apps.get_model("conversations", "Message").objects.using(database)
    rows = messages.filter(conversation__in=conversations).order_by()
    for conversation, pk, public_id, parent in rows.values_list("conversation", "pk", "public_id", "parent"):
        keys, parents = trees[conversation]
        keys[str(public_id)] = pk
        parents[pk] = parent
    return trees


def described(
    sent: Sequence[Sequence[Any]], keys: dict[str, int], parents: dict[int, int | None]
) -> dict[str, Any] | None:
    """Return `sent` as services/record.py describes it; None where a message is gone: it stays as it is."""
    named = [keys.get(entry[0]) for entry in sent]
    if None in named:
        return None
    stretch: list[int] = []
    step = named[-1]
    while step is not None:
        stretch.append(step)
        if step == named[0]:
            break
        step = parents[step]
    stretch.reverse()
    chosen = set(named)
    if [pk for pk in stretch if pk in chosen] != named:
        return None  # no branch, and so nothing that we wrote
    record: dict[str, Any] = {"last": named[-1], "length": len(stretch)}
    if without := [pk for pk in stretch if pk not in chosen]:
        record["without"] = without
    if files := {str(pk): entry[2] for pk, entry in zip(named, sent, strict=True) if len(entry) > 2}:
        record["files"] = files
    return record


def drop_html(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop what is soon rendered again: a release that runs meanwhile does so, and keeps it again."""
    database = schema_editor.connection.alias
    rows = apps.get_model("conversations", "Message").objects.using(database)
    for first, last in stretches(rows):
        batch = rows.filter(pk__range=(first, last)).exclude(html="")
        short = Q(length__lte=DEAR) & ~Q(text__contains="```") | Q(length__lte=DEAR // 3)
        cheap = batch.annotate(length=Length("text")).filter(short)
        cheap.update(html="", renderer_version=ON_READ)


def stretches(rows: QuerySet[Any]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last key of one batch after the other, however many are missing between."""
    before = 0
    while keys := list(rows.filter(pk__gt=before).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        before = keys[-1]
        yield keys[0], before


class AddIndexOnce(migrations.AddIndex):
    """Add an index unless it is there: an upgrade that was cut off begins with its first operation again."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table  # noqa: SLF001 - Django's own name for it
        with schema_editor.connection.cursor() as cursor:
            found = schema_editor.connection.introspection.get_constraints(cursor, table)
        if self.index.name not in found:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0007_search")]

    operations = [
        AddIndexOnce(
            model_name="message",
            index=models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="message_replies"),
        ),
        AddIndexOnce(
            model_name="generation",
            index=models.Index(
                fields=["continues"],
                condition=Q(continues__isnull=False),
                name="generation_continuing",
            ),
        ),
        # By hand: on SQLite, Django would write both tables anew.
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_covered, make_covered)],
            state_operations=[
                migrations.AlterField(
                    model_name="message",
                    name="conversation",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="conversations.conversation",
                    ),
                ),
                migrations.AlterField(
                    model_name="message",
                    name="parent",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="conversations.message",
                    ),
                ),
                migrations.AlterField(
                    model_name="generation",
                    name="continues",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="The answer that it goes on with: its message begins with the words of that one.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="conversations.message",
                    ),
                ),
                migrations.AlterField(
                    model_name="generation",
                    name="sent",
                    field=models.JSONField(
                        default=list,
                        help_text="Which messages were sent, as services/record.py describes them.",
                    ),
                ),
                migrations.AlterField(
                    model_name="message",
                    name="html",
                    field=models.TextField(
                        blank=True, help_text="The rendered text, where rendering it is dear."
                    ),
                ),
            ],
        ),
        migrations.RunPython(index_words, index_words_as_before),
        migrations.RunPython(describe_sent, migrations.RunPython.noop),
        migrations.RunPython(drop_html, migrations.RunPython.noop),
    ]
