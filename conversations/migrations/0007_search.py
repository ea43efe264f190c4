"""Find and order: indexes of the words, kept by the database itself, and those that the lists need."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# `owner` is a word of its own (u42): what others wrote is passed over in the index. No text is kept twice and no
# lengths of texts, as nothing is ranked. A row of the index is deleted by saying again what it was made of.
TABLE = """
CREATE VIRTUAL TABLE conversations_{name}words USING fts5(
    owner, text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 2"
)
"""
MESSAGE_OWNER = "(SELECT 'u' || owner_id FROM conversations_conversation WHERE id = {row}.conversation_id)"
TITLE_OWNER = "'u' || {row}.owner_id"
ADD = (
    "INSERT INTO conversations_{name}words (rowid, owner, text)"
    " SELECT new.id, {new_owner}, new.{column} WHERE new.{column} <> '';"
)
REMOVE = (
    "INSERT INTO conversations_{name}words (conversations_{name}words, rowid, owner, text)"
    " SELECT 'delete', old.id, {old_owner}, old.{column} WHERE old.{column} <> '';"
)
TRIGGERS = {
    "added": "AFTER INSERT ON {table} BEGIN {add} END",
    "removed": "AFTER DELETE ON {table} BEGIN {remove} END",
    # One trigger, so that what was is gone before what is comes.
    "changed": "AFTER UPDATE OF {column} ON {table} WHEN old.{column} <> new.{column} BEGIN {remove} {add} END",
}
INDEXED = [
    {"name": "message", "table": "conversations_message", "column": "text", "owner": MESSAGE_OWNER},
    {"name": "title", "table": "conversations_conversation", "column": "title", "owner": TITLE_OWNER},
]
FILL = """
INSERT INTO conversations_messagewords (rowid, owner, text)
SELECT message.id, 'u' || conversation.owner_id, message.text FROM conversations_message AS message
JOIN conversations_conversation AS conversation ON conversation.id = message.conversation_id
WHERE message.text <> '' ORDER BY message.id;
INSERT INTO conversations_titlewords (rowid, owner, text)
SELECT id, 'u' || owner_id, title FROM conversations_conversation WHERE title <> '' ORDER BY id
"""

# The same folding as SQLite's: no case, no accents; signs part words, so that code and addresses are found by
# their pieces. Of a longer text than any answer the end is left out: a tsvector has a limit of a megabyte.
WORDS = r"""
CREATE FUNCTION chat_words(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $words$
    SELECT to_tsvector('pg_catalog.simple', translate(
        regexp_replace(normalize(left(words, 200000), NFKD), '[\u0300-\u036f]', '', 'g'),
        $signs$!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~$signs$, repeat(' ', 32)
    ))
$words$
"""
GIN = "CREATE INDEX {name}_words ON {table} USING gin (chat_words({column})) WITH (fastupdate = off)"


def keep_words(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the indexes, fill them with what is there, and let the database keep them from now on."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(WORDS, params=None)
        for indexed in INDEXED:
            schema_editor.execute(GIN.format(**indexed), params=None)
        return
    for indexed in INDEXED:
        schema_editor.execute(TABLE.format(**indexed), params=None)
    keep_triggers(apps, schema_editor)
    for statement in FILL.split(";"):
        schema_editor.execute(statement, params=None)


def keep_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers of SQLite anew: a later migration that remakes one of the tables loses them."""
    if schema_editor.connection.vendor != "sqlite":
        return
    for indexed in INDEXED:
        parts = indexed | {
            "new_owner": indexed["owner"].format(row="new"),
            "old_owner": indexed["owner"].format(row="old"),
        }
        parts |= {"add": ADD.format(**parts), "remove": REMOVE.format(**parts)}
        for name, body in TRIGGERS.items():
            trigger = f"conversations_{indexed['name']}words_{name}"
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger}", params=None)
            schema_editor.execute(f"CREATE TRIGGER {trigger} {body.format(**parts)}", params=None)


def drop_words(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for indexed in INDEXED:
            schema_editor.execute(f"DROP INDEX {indexed['name']}_words", params=None)
        schema_editor.execute("DROP FUNCTION chat_words(text)", params=None)
        return
    for indexed in INDEXED:
        for name in TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS conversations_{indexed['name']}words_{name}", params=None)
        schema_editor.execute(f"DROP TABLE conversations_{indexed['name']}words", params=None)


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_attachments")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="seen_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["owner", "archived", "folder", "-pinned", "-updated_at", "-id"],
                condition=models.Q(deleted_at=None),
                name="conversation_places",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                fields=["deleted_at"],
                condition=models.Q(deleted_at__isnull=False),
                name="conversation_trash",
            ),
        ),
        migrations.RunPython(keep_words, drop_words),
    ]
