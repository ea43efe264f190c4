"""Smaller indexes for the same questions on PostgreSQL, keys that begin with the time, hashes as bytes.

Django knows nothing of the indexes: each is made beside what it replaces while people write, and takes its name. What
was done is done: an upgrade that is cut off goes on where it was when it is run again. Rows stay as they are.
"""

from dataclasses import dataclass

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState, StateApps

import conversations.models.keys

HOUR = "date_trunc('hour', created_at AT TIME ZONE 'UTC')"


@dataclass(frozen=True, slots=True)
class Index:
    """An index of `table` on PostgreSQL; a `promise` is one that refuses what is there twice."""

    name: str
    table: str
    rows: str
    promise: bool = False
    constraint: bool = False

    def create(self, name: str) -> str:
        kind = "UNIQUE INDEX" if self.promise else "INDEX"
        return f"CREATE {kind} CONCURRENTLY {name} ON {self.table} {self.rows}"


# A message has its conversation from its parent: the two together were in the index for each message, and the
# parent in a second one. Keys that many rows have are stored once: of a conversation, of somebody's hour.
# Of a million calls all but a few are done, and nobody looks for those by that.
LEAN = [
    Index("message_of_conversation", "conversations_message", "(conversation_id)"),
    Index(
        "message_position_among_siblings",
        "conversations_message",
        "(parent_id, position) WITH (fillfactor = 100) WHERE parent_id IS NOT NULL",
        promise=True,
    ),
    Index("message_words_newest", "conversations_message", f"(words_owner, ({HOUR}))"),
    Index("generation_by_status", "conversations_generation", "(status, id) WHERE status <> 'done'"),
    # Answers have no key: as nothing they stood at the end, and each new key before them, in pages half full.
    Index(
        "conversations_message_idempotency_key_key",
        "conversations_message",
        "(idempotency_key) WHERE idempotency_key IS NOT NULL",
        promise=True,
    ),
]
COVERED = ["message_replies"]
# These grow at their end alone, so no page of them needs room for more; pages that are there stay as they are.
AT_THEIR_END = [
    "conversations_message_pkey",
    "conversations_generation_pkey",
    "conversations_generation_message_id_key",
]
BEFORE = [
    Index("message_replies", "conversations_message", "(parent_id) WHERE parent_id IS NOT NULL"),
    Index(
        "message_position_among_siblings",
        "conversations_message",
        "(conversation_id, parent_id, position)",
        promise=True,
        constraint=True,
    ),
    Index("message_words_newest", "conversations_message", "(words_owner, created_at)"),
    Index("generation_by_status", "conversations_generation", "(status, id)"),
    Index(
        "conversations_message_idempotency_key_key",
        "conversations_message",
        "(idempotency_key)",
        promise=True,
        constraint=True,
    ),
]
NEW = ["message_of_conversation"]


def make_lean(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    make(schema_editor, LEAN, COVERED)
    set_of_those_at_their_end(schema_editor, "SET (fillfactor = 100)")


def make_as_before(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    make(schema_editor, BEFORE, NEW)
    set_of_those_at_their_end(schema_editor, "RESET (fillfactor)")


def set_of_those_at_their_end(schema_editor: BaseDatabaseSchemaEditor, what: str) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    for name in AT_THEIR_END:
        schema_editor.execute(f"ALTER INDEX {name} {what}", params=None)


def make(schema_editor: BaseDatabaseSchemaEditor, wanted: list[Index], no_more: list[str]) -> None:
    """Let there be the indexes that are `wanted`, and none that are there `no_more`."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for index in wanted:
        remark = f"as in 0011: {index.rows}"
        if remark_on(schema_editor, index.name) != remark:
            replace(schema_editor, index, remark)
    for name in no_more:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)


def replace(schema_editor: BaseDatabaseSchemaEditor, index: Index, remark: str) -> None:
    """Make `index` under another name, and put it in the place of the one that has its name."""
    made = f"{index.name}_made"
    if remark_on(schema_editor, made) != remark:
        # One that an upgrade left half made is of no use.
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {made}", params=None)
        schema_editor.execute(index.create(made), params=None)
        schema_editor.execute(f"COMMENT ON INDEX {made} IS '{quoted(remark)}'", params=None)
    table = f"ALTER TABLE {index.table}"
    if index.promise:
        schema_editor.execute(f"{table} DROP CONSTRAINT IF EXISTS {index.name}", params=None)
    schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}", params=None)
    if index.constraint:
        schema_editor.execute(f"{table} ADD CONSTRAINT {index.name} UNIQUE USING INDEX {made}", params=None)
    else:
        schema_editor.execute(f"ALTER INDEX {made} RENAME TO {index.name}", params=None)


def remark_on(schema_editor: BaseDatabaseSchemaEditor, name: str) -> str | None:
    """Return what is remarked of the index `name`: it is whole, for what is cut off is given no remark."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [name])
        return str(cursor.fetchone()[0])


def quoted(text: str) -> str:
    return text.replace("'", "''")


class AddFieldOnce(migrations.AddField):
    """Add a column unless it is there: an upgrade that was cut off begins with its first operation again."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        connection = schema_editor.connection
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table  # noqa: SLF001 - Django's own name for it
        with connection.cursor() as cursor:
            found = connection.introspection.get_table_description(cursor, table)
        if self.name not in {column.name for column in found}:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        connection = schema_editor.connection
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table  # noqa: SLF001 - as above
        with connection.cursor() as cursor:
            found = connection.introspection.get_table_description(cursor, table)
        if self.name in {column.name for column in found}:
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0010_pots")]

    operations = [
        migrations.RunPython(make_lean, make_as_before),
        AddFieldOnce(
            model_name="generation",
            name="body_digest",
            field=models.BinaryField(help_text="The SHA-256 of the body that was sent.", null=True),
        ),
        # Where a key comes from is no part of a table; on SQLite, Django would write both anew.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name=name,
                    name="public_id",
                    field=models.UUIDField(
                        default=conversations.models.keys.new_key, editable=False, unique=True
                    ),
                )
                for name in ("message", "generation")
            ],
        ),
    ]
